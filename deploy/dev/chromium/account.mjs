// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// The pages of accounts in a browser: what axe finds in each, and what the scripts add.
import { facts, settings, equal } from "./chromium.mjs";

const tests = {};
for (const [as, paths] of Object.entries(settings.pages)) {
  for (const path of paths) {
    tests[`axe finds nothing at ${path} (${as})`] = async ({ open, accessible }) => {
      const setup = (page) => as === "visitor" ? undefined : page.context().addCookies([{ name: "maillage", value: `mls_${as}`, url: settings.base }]);
      const page = await open(path, { setup });
      equal(new URL(page.url()).pathname, path.split("?")[0], "the page");
      await accessible(page);
      await page.emulateMedia({ colorScheme: "dark" });
      await accessible(page);
    };
  }
}

for (const javaScriptEnabled of [true, false]) {
  tests[`a refused form says what is wrong, first and in focus, ${javaScriptEnabled ? "with" : "without"} scripts`] =
    async ({ open, accessible, allow }) => {
      allow(/status of 422/);
      const page = await open("/connexion", { javaScriptEnabled });
      await page.fill("#f-email", "ana@grenoble.example");
      await page.click("main form:not([data-passkey]) button[type=submit]");
      await page.waitForSelector(".wrong");
      if (javaScriptEnabled) {
        equal(await page.evaluate(() => document.activeElement.className), "wrong", "the focus");
        await accessible(page);
      }
      equal(await page.inputValue("#f-email"), "ana@grenoble.example");
      await page.click(".wrong a");
      equal(new URL(page.url()).hash, "#f-password");
    };
}

tests["a password is shown on demand, and hidden again before it is sent"] = async ({ open, allow }) => {
  allow(/status of 422/);
  const page = await open("/connexion");
  await page.fill("#f-password", "quatre mots");
  equal(await page.getAttribute("#f-password", "type"), "password");
  await page.click("main .line button");
  equal([await page.getAttribute("#f-password", "type"), await page.textContent("main .line button")], ["text", "Masquer le mot de passe"]);
};

tests["the button of passkeys is shown where the browser can"] = async ({ open }) => {
  const page = await open("/connexion");
  equal(await page.isVisible("form[data-passkey=login] button"), true);
  const plain = await open("/connexion", { javaScriptEnabled: false });
  equal(await plain.isVisible("form[data-passkey=login] button"), false);
};

tests["the pages print without what is for the screen"] = async ({ open }) => {
  const page = await open("/compte/securite", { setup: (p) => p.context().addCookies([{ name: "maillage", value: "mls_member", url: settings.base }]) });
  await page.emulateMedia({ media: "print" });
  equal([await page.isVisible(".sections"), await page.isVisible("h1")], [false, true]);
};

tests["nothing overflows on a small screen"] = async ({ open }) => {
  for (const path of ["/rejoindre?q=grenoble", "/connexion", "/compte/securite", "/compte/secrets"]) {
    const setup = (p) => path.startsWith("/compte") ? p.context().addCookies([{ name: "maillage", value: "mls_member", url: settings.base }]) : undefined;
    const page = await open(path, { viewport: { width: 320, height: 640 }, setup });
    equal(await page.evaluate(() => document.documentElement.scrollWidth <= 320), true, path);
  }
};

await facts(tests);
