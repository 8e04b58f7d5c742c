// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// The pages about the whole collective in a browser: what axe finds in each, in both languages and
// both themes, and that nothing overflows where the screen is small or the text twice as large.
import { facts, settings, equal } from "./chromium.mjs";

const tests = {};
for (const path of settings.pages) {
  tests[`axe finds nothing at ${path}, and nothing overflows`] = async ({ open, accessible }) => {
    const page = await open(path, { viewport: { width: 320, height: 640 } });
    equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, "the width");
    await accessible(page);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
    await accessible(page);
    const english = await open(path, { locale: "en-GB", viewport: { width: 640, height: 512 } });
    equal(await english.getAttribute("html", "lang"), "en", "the language");
    equal(await english.evaluate(() => document.documentElement.scrollWidth), 640, "the width at 200 %");
    await accessible(english);
  };
}

await facts(tests);
