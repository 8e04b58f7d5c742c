// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// What the browser's tests share. A test is a script beside this one, started by testkit.Chromium:
//
//   import { facts, settings, equal } from "./chromium.mjs";
//   await facts({
//     "the page has a title": async ({ open }) => {
//       const page = await open("/");
//       equal(await page.title(), "Maillage");
//     },
//   });
//
// Each fact has a profile of its own, which speaks French unless it asks otherwise. It fails when an
// expectation does, and when a page breaks its Content-Security-Policy, writes an error to the
// console, or fetches from elsewhere than the site: see allow.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import { chromium } from "playwright-core";

/** What the Go test gave to testkit.Chromium; base is the site's address. */
export const settings = JSON.parse(process.env.CHROMIUM_TEST);

/** Fails unless both are the same. */
export function equal(got, want, what = "") {
  if (!isDeepStrictEqual(got, want)) {
    throw new Error(`${what && what + ": "}got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
  }
}

/** Runs each fact and says how it went, a line each, for testkit.Chromium to read. */
export async function facts(all) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
  try {
    for (const [name, prove] of Object.entries(all)) {
      const visit = new Visit(browser);
      let reason = "";
      try {
        await prove(visit);
      } catch (error) {
        reason = String(error.stack || error);
      }
      await visit.close();
      const wrong = [reason, ...visit.wrongs].filter(Boolean).join("\n");
      console.log(JSON.stringify({ name, ok: !wrong, reason: wrong || undefined }));
    }
  } finally {
    await browser.close();
  }
}

class Visit {
  wrongs = [];
  #allowed = [];
  #contexts = [];
  #browser;

  constructor(browser) {
    this.#browser = browser;
    this.open = this.open.bind(this);
    this.allow = this.allow.bind(this);
    this.authenticator = this.authenticator.bind(this);
    this.accessible = this.accessible.bind(this);
  }

  /** Lets the console of this fact's pages hold errors that match, such as a refusal the fact is about. */
  allow(pattern) {
    this.#allowed.push(pattern);
  }

  /**
   * Opens a page of the site. Options are those of a browser context, besides: init, a function run
   * in the page before its scripts; setup, called with the page before it goes there.
   */
  async open(path, { init, setup, ...options } = {}) {
    const context = await this.#browser.newContext({ locale: "fr-FR", ...options });
    this.#contexts.push(context);
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    this.#watch(page);
    if (init) await page.addInitScript(init);
    if (setup) await setup(page);
    await page.goto(settings.base + path);
    return page;
  }

  #watch(page) {
    const wrong = (what) => {
      if (!this.#allowed.some((pattern) => pattern.test(what))) this.wrongs.push(what);
    };
    // Chromium reports a broken policy, Trusted Types included, as an error of the console.
    page.on("console", (m) => m.type() === "error" && wrong(`console: ${m.text()}`));
    page.on("pageerror", (error) => wrong(`error in the page: ${error.stack || error}`));
    page.on("request", (r) => {
      if (!/^(data|blob):/.test(r.url()) && !r.url().startsWith(settings.base + "/")) wrong(`fetched from elsewhere: ${r.url()}`);
    });
  }

  /**
   * Puts a virtual authenticator into a page's browser and returns functions to command it (DevTools
   * protocol, domain WebAuthn): credentials() are those it holds, verified(false) has it fail to
   * recognise the person, set(options) replaces it by another that holds none.
   */
  async authenticator(page, options = {}) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable", { enableUI: false });
    let id = "";
    const set = async (changes) => {
      if (id) await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: id });
      const all = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
        isUserVerified: true, automaticPresenceSimulation: true, ...changes };
      ({ authenticatorId: id } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: all }));
    };
    await set(options);
    return {
      set,
      verified: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified }),
      credentials: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId: id })).credentials,
    };
  }

  /** Fails when axe finds something that people with a disability would stumble on in a page as it is. */
  async accessible(page) {
    const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    // By the protocol and not as a script of the page, which its policy would rightly refuse.
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Runtime.evaluate", { expression: axe });
    const run = "axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r.violations))";
    const { result, exceptionDetails } = await cdp.send("Runtime.evaluate", { expression: run, awaitPromise: true });
    if (exceptionDetails) throw new Error(`axe: ${exceptionDetails.exception?.description}`);
    for (const v of JSON.parse(result.value)) {
      this.wrongs.push(`axe: ${v.id} (${v.impact}): ${v.help}\n${v.nodes.map((n) => n.html).join("\n")}`);
    }
  }

  async close() {
    for (const context of this.#contexts) await context.close();
  }
}
