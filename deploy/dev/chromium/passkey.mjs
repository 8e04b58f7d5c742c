// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// The script of passkeys, on the page of frontend/passkey_test.go: old browsers, and networks and people
// that fail. The pages and people of the product are in signin.mjs.
import { equal, facts } from "./chromium.mjs";

const result = (page) => page.textContent("#result");
const shown = (page, selector) => page.isVisible(selector);
const said = async (page, form) => {
  await page.waitForSelector(`${form} [data-passkey-error]`);
  return page.textContent(`${form} [data-passkey-error]`);
};
const press = (page, form) => page.click(`${form} button`);

const register = async (page) => {
  await press(page, "#register");
  await page.waitForSelector("#result");
  equal(await result(page), "registered");
};

/** An older browser: none of the functions that speak JSON. */
const withoutJSON = () => {
  delete PublicKeyCredential.parseCreationOptionsFromJSON;
  delete PublicKeyCredential.parseRequestOptionsFromJSON;
  delete PublicKeyCredential.prototype.toJSON;
};

await facts({
  "a passkey is registered and logs in, twice, in a browser that does not speak JSON": async ({ open, authenticator }) => {
    const page = await open("/", { init: withoutJSON });
    await authenticator(page);
    await register(page);
    for (let times = 1; times <= 2; times++) {
      await page.goto(page.url().replace(/\/finish.*/, "/"));
      await press(page, "#login");
      await page.waitForSelector("#result");
      equal(await result(page), `Ana is in, 1 passkey, used ${times} times`);
    }
  },

  "the forms are hidden without the script": async ({ open }) => {
    const page = await open("/", { javaScriptEnabled: false });
    equal([await shown(page, "#register"), await shown(page, "#login"), await shown(page, "#about")], [false, false, false]);
  },

  "the forms are hidden in a browser without passkeys": async ({ open }) => {
    const page = await open("/", { init: () => delete window.PublicKeyCredential });
    equal([await shown(page, "#register"), await shown(page, "#login"), await shown(page, "#about")], [false, false, false]);
  },

  "the forms are shown in a browser with passkeys, and accessible": async ({ open, accessible }) => {
    const page = await open("/");
    equal([await shown(page, "#register"), await shown(page, "#login"), await shown(page, "#about")], [true, true, true]);
    equal(await shown(page, "#login [data-passkey-error]"), false);
    await accessible(page);
  },

  "a person who gives up is told so, in their language, and may start again": async ({ open, authenticator, accessible }) => {
    const page = await open("/?lang=en");
    const device = await authenticator(page);
    await register(page);
    await page.goto(page.url().replace(/\/finish.*/, "/?lang=en"));
    await device.verified(false);
    await press(page, "#login");
    equal(await said(page, "#login"), "You gave up, or time ran out.");
    equal(await page.getAttribute("#login [data-passkey-error]", "role"), "alert");
    equal(await page.getAttribute("#login button", "aria-disabled"), null);
    await accessible(page);
    await device.verified(true);
    await press(page, "#login");
    await page.waitForSelector("#result");
    equal(await result(page), "Ana is in, 1 passkey, used 1 times");
  },

  "the site's own sentence is shown when it has no options to give": async ({ open, allow }) => {
    allow(/status of 429/);
    const page = await open("/?options=/too-many");
    await press(page, "#login");
    equal(await said(page, "#login"), "Vous avez fait trop de demandes. Attendez le délai indiqué avant de recommencer.");
  },

  "an answer that is no JSON is a failure, told in the words of the page": async ({ open }) => {
    const page = await open("/?options=/html");
    await press(page, "#login");
    equal(await said(page, "#login"), "La clé d’accès n’a pas pu être utilisée.");
  },

  "a network that is down is told as such": async ({ open, allow }) => {
    allow(/ERR_FAILED/);
    const page = await open("/", { setup: (p) => p.route("**/options/**", (route) => route.abort()) });
    await press(page, "#register");
    equal(await said(page, "#register"), "Le site ne répond pas.");
  },

  "pressing twice asks once": async ({ open, authenticator }) => {
    const page = await open("/");
    await authenticator(page);
    let asked = 0;
    let answer;
    const answered = new Promise((resolve) => (answer = resolve));
    await page.route("**/options/register", async (route) => {
      asked++;
      await answered; // the network takes its time
      await route.continue();
    });
    await page.evaluate(() => {
      const button = document.querySelector("#register button");
      button.click();
      button.click();
    });
    equal(await page.getAttribute("#register button", "aria-disabled"), "true");
    await page.click("#register button", { force: true }); // Playwright would wait for the end of aria-disabled
    answer();
    await page.waitForSelector("#result");
    equal([await result(page), asked], ["registered", 1]);
  },

  "a button works while a field waits": async ({ open, authenticator }) => {
    let options;
    const page = await open("/?field=1", { setup: async (p) => {
      await authenticator(p); // it holds nothing to offer
      options = p.waitForResponse("**/options/login");
    } });
    await options;
    await register(page);
  },
});
