// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// The pages about the whole collective in a browser: what axe finds in each, in both languages and
// both themes, and that nothing overflows where the screen is small or the text twice as large.
import { facts, settings, equal } from "./chromium.mjs";

const tests = {};
for (const path of settings.pages) {
  for (const locale of ["fr-FR", "en-GB"]) {
    tests[`axe finds nothing at ${path} (${locale})`] = async ({ open, accessible }) => {
      const page = await open(path, { locale });
      equal(await page.getAttribute("html", "lang"), locale.slice(0, 2), "the language");
      await accessible(page);
      await page.emulateMedia({ colorScheme: "dark" });
      await accessible(page);
    };
  }
  tests[`nothing overflows at ${path}`] = async ({ open, accessible }) => {
    for (const viewport of [{ width: 320, height: 640 }, { width: 640, height: 512 }]) {
      const page = await open(path, { viewport, javaScriptEnabled: false });
      equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width, `${path} at ${viewport.width}`);
    }
    await accessible(await open(path, { viewport: { width: 320, height: 640 } }));
  };
}

await facts(tests);
