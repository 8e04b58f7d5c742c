// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// Passkeys of the whole product, from the page that adds one to the session it opens. The server and
// the people who were invited to it are those of cmd/maillage/passkey_browser_test.go; settings.invited
// has the address to follow for each, settings.mail the folder of the letters.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { equal, facts, settings } from "./chromium.mjs";

const password = "quatre mots sans rapport entre eux";
const email = (who) => `${who}@grenoble.example`;
const heading = (page) => page.textContent("h1");
const path = (page) => new URL(page.url()).pathname;
const told = (page) => page.textContent("main .told");
/** The one thing a page says is wrong; its no-break spaces are spaces here. */
const wrong = async (page) => (await page.textContent(".wrong li")).replaceAll("\u00a0", " ").trim();
const addForm = "form[data-passkey=register]";
const enterForm = "form[data-passkey=login]";

/** Without what offers passkeys behind a field: the virtual person would take the offer at once. */
const unoffered = { init: () => delete window.PublicKeyCredential?.isConditionalMediationAvailable };

/** Clicks and waits for the page that follows. */
const follow = async (page, selector) => {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
};

/** Opens an account by the invitation to who; returns the page it leads to. */
const accept = async (page, who) => {
  await page.goto(settings.invited[who]);
  await page.fill("#f-name", who);
  await page.fill("#f-password", password);
  await follow(page, "main form button[type=submit]");
};

/** Adds a passkey on the page of security. */
const add = async (page, label) => {
  await page.goto(settings.base + "/compte/securite");
  await page.fill("#f-label", label);
  await follow(page, `${addForm} button`);
  equal([path(page), await told(page)], ["/compte/securite", "La clé d’accès est ajoutée."]);
  equal(await page.textContent("section[aria-labelledby=keys] .cards .name"), label);
};

const signOut = async (page) => {
  await follow(page, "nav.who form button");
  equal([path(page), await told(page)], ["/connexion", "Vous êtes déconnecté."]);
  await page.goto(settings.base + "/compte");
  equal(path(page), "/connexion", "the account of somebody signed out");
};

const enter = (page) => follow(page, `${enterForm} button`);

const enterByPassword = async (page, who) => {
  await page.fill("#f-email", email(who));
  await page.fill("#f-password", password);
  await follow(page, "main form:not([data-passkey]) button[type=submit]");
};

/** What a form of passkeys says went wrong, on the page it stands on. */
const said = async (page, form) => {
  await page.click(`${form} button`);
  await page.waitForSelector(`${form} [data-passkey-error]:not([hidden])`);
  return page.textContent(`${form} [data-passkey-error]`);
};

const isAccountOf = async (page, who) => {
  equal([path(page), await page.textContent("main strong")], ["/compte", email(who)], "the account that is open");
};

const cancelled = "La demande a été annulée, ou le délai est passé.";

/** The code of the letter to an address, once the letter is there. */
const codeFor = async (page, to) => {
  for (let tries = 0; tries < 200; tries++) {
    for (const name of readdirSync(settings.mail)) {
      const text = name.endsWith(".eml") ? readFileSync(join(settings.mail, name), "utf8") : "";
      if (text.includes(`<${to}>`)) return text.match(/\r\n(\d{6})\r\n/)[1];
    }
    await page.waitForTimeout(50);
  }
  throw new Error(`no letter to ${to}`);
};

/**
 * Asks the API from a page, without its cookies. The method "create" or "get" is a whole ceremony of
 * passkeys at at, its answer that of the end.
 */
const ask = (page, method, at, given = {}) => page.evaluate(async ([method, at, { token, body }]) => {
  const send = async (method, at, body) => {
    const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
    const answer = await fetch("/api/v1" + at, { method, headers, credentials: "omit", body: body && JSON.stringify(body) });
    return { ...(answer.status === 204 ? {} : await answer.json()), status: answer.status };
  };
  if (method !== "create" && method !== "get") return send(method, at, body);
  const { ceremony, options } = await send("POST", at + "/begin");
  const read = method === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  const credential = await navigator.credentials[method]({ publicKey: PublicKeyCredential[read](options) });
  return send("POST", at + "/finish", { ...body, ceremony, response: credential.toJSON() });
}, [method, at, given]);

await facts({
  "a member adds a passkey, signs out, and signs in with it and nothing typed": async ({ open, authenticator, accessible }) => {
    const page = await open("/", unoffered);
    const device = await authenticator(page);
    await accept(page, "ana");
    await add(page, "Ordinateur du bureau");
    const [made, ...others] = await device.credentials();
    equal([made.isResidentCredential, made.rpId, others.length], [true, "localhost", 0]);
    await accessible(page);
    await signOut(page);
    await enter(page);
    await isAccountOf(page, "ana");
    equal((await device.credentials())[0].signCount > made.signCount, true, "the authenticator signed");
    await page.goto(settings.base + "/compte/securite");
    equal(/utilisée/.test(await page.textContent("section[aria-labelledby=keys] .facts")), true, "the use is shown");
  },

  "the field of the e-mail address offers the passkey": async ({ open, authenticator }) => {
    const page = await open("/");
    await authenticator(page);
    await accept(page, "ben");
    await add(page, "Téléphone");
    await Promise.all([page.waitForURL("**/compte"), page.click("nav.who form button")]);
    await isAccountOf(page, "ben");
  },

  "who was going somewhere is led there": async ({ open, authenticator }) => {
    const page = await open("/", unoffered);
    await authenticator(page);
    await accept(page, "cleo");
    await add(page, "Téléphone");
    await signOut(page);
    await page.goto(settings.base + "/compte/sessions");
    equal(path(page), "/connexion");
    await enter(page);
    equal(path(page), "/compte/sessions");
  },

  "who gives up is told so where they are, and has added and opened nothing": async ({ open, authenticator, accessible }) => {
    const page = await open("/", unoffered);
    const device = await authenticator(page, { isUserVerified: false });
    await accept(page, "dan");
    await page.goto(settings.base + "/compte/securite");
    equal(await said(page, addForm), cancelled);
    await accessible(page);
    await page.reload();
    equal([(await device.credentials()).length, await page.$("section[aria-labelledby=keys] .cards")], [0, null]);
    await device.verified(true);
    await add(page, "Téléphone");
    await signOut(page);
    await device.verified(false);
    equal([await said(page, enterForm), path(page)], [cancelled, "/connexion"]);
    await accessible(page);
    await page.goto(settings.base + "/compte");
    equal(path(page), "/connexion");
    await device.verified(true);
    await enter(page);
    await isAccountOf(page, "dan");
  },

  "a device that has a passkey of the account gets no second one": async ({ open, authenticator }) => {
    const page = await open("/", unoffered);
    const device = await authenticator(page);
    await accept(page, "eve");
    await add(page, "Téléphone");
    equal(await said(page, addForm), "Cet appareil a déjà une clé d’accès pour ce site.");
    equal((await device.credentials()).length, 1);
  },

  "a passkey that was removed no longer enters, and the password still does": async ({ open, authenticator, allow }) => {
    allow(/status of 4\d\d/);
    const page = await open("/", unoffered);
    const device = await authenticator(page);
    await accept(page, "fay");
    await add(page, "Téléphone perdu");
    await follow(page, "section[aria-labelledby=keys] .cards form button");
    equal(await told(page), "La clé d’accès est supprimée.");
    equal([(await device.credentials()).length, await page.$("section[aria-labelledby=keys] .cards")], [1, null]);
    await signOut(page);
    await enter(page);
    equal(await wrong(page), "Cette clé d’accès n’a pas pu être vérifiée. Recommencez, ou connectez-vous autrement.");
    equal(await heading(page), "Se connecter");
    await page.goto(settings.base + "/compte");
    equal(path(page), "/connexion");
    await enterByPassword(page, "fay");
    await isAccountOf(page, "fay");
  },

  "somebody joins with a passkey and no password": async ({ open, authenticator, allow }) => {
    allow(/status of 4\d\d/);
    const page = await open("/rejoindre?q=grenoble", unoffered);
    await authenticator(page);
    await page.check("input[name=body]");
    await follow(page, "main form.form button[type=submit]");
    await page.fill("#f-name", "Gil");
    await page.fill("#f-email", email("gil"));
    await follow(page, "main form.form button[type=submit]");
    equal(path(page), "/rejoindre/confirmer");
    await page.fill(`${addForm} input[name=code]`, await codeFor(page, email("gil")));
    await follow(page, `${addForm} button`);
    equal(path(page), "/bienvenue");
    await signOut(page);
    await enterByPassword(page, "gil");
    equal([await page.$$eval(".wrong", (all) => all.length), path(page)], [1, "/connexion"], "a password nobody chose");
    await enter(page);
    await isAccountOf(page, "gil");
    await page.goto(settings.base + "/compte/securite");
    await follow(page, "section[aria-labelledby=keys] .cards form button");
    equal(await wrong(page), "Rien d’autre n’ouvrirait plus le compte : ajoutez d’abord un mot de passe ou une autre clé d’accès.");
  },

  "an organiser's passkey opens the office, and the password alone does not": async ({ open, authenticator, allow }) => {
    allow(/status of 4\d\d/);
    const office = "nav.who a[href^='/animation/comptes']";
    const page = await open("/", unoffered);
    await authenticator(page);
    await accept(page, "olga");
    equal([path(page), await page.$(office)], ["/compte/securite", null], "an office without a second factor");
    await page.goto(settings.base + "/animation/comptes");
    equal([path(page), (await told(page)).replaceAll("\u00a0", " ")],
      ["/compte/securite", "Votre charge demande un second facteur : ajoutez-en un pour l’exercer."], "the accounts, before there is a second factor");
    await add(page, "Téléphone");
    await page.click(office);
    equal([path(page), await heading(page)], ["/animation/comptes", "Comptes"]);
    await signOut(page);
    await enterByPassword(page, "olga");
    const needed = "Votre charge demande votre clé d’accès : connectez-vous avec elle. Le mot de passe seul ne vous ouvre que votre compte de membre.";
    equal([path(page), (await told(page)).replaceAll("\u00a0", " "), await page.$(office)], ["/connexion", needed, null], "the office by the password alone");
    await page.goto(settings.base + "/animation/comptes");
    equal(path(page), "/connexion", "the accounts by the password alone");
    // The password alone sets up nothing that would open the office either.
    await page.goto(settings.base + "/compte/securite");
    await follow(page, "section[aria-labelledby=totp] form button");
    equal([path(page), (await told(page)).replaceAll("\u00a0", " ")], ["/connexion", needed], "a code app, by the password alone");
    await enter(page);
    equal(path(page), "/compte/securite", "after the passkey");
    await page.click(office);
    equal(path(page), "/animation/comptes");
    await page.goto(settings.base + "/compte/securite");
    await follow(page, "section[aria-labelledby=keys] .cards form button");
    equal(await wrong(page), "Votre fonction dans le collectif demande une seconde preuve : ajoutez-en d’abord une autre.");
  },

  "the API has the same ceremonies: what it adds opens the pages, what it removes opens nothing": async ({ open, authenticator, allow }) => {
    allow(/status of 4\d\d/);
    const page = await open("/", unoffered);
    await authenticator(page);
    await accept(page, "hal");
    await signOut(page);
    const begun = await ask(page, "POST", "/sessions", { body: { email: email("hal"), password } });
    const made = await ask(page, "create", "/me/passkeys", { token: begun.token, body: { label: "Téléphone" } });
    equal([begun.status, made.status, made.label], [201, 201, "Téléphone"]);
    const opened = await ask(page, "get", "/sessions/passkey");
    const me = await ask(page, "GET", "/me", { token: opened.token });
    equal([opened.status, me.status, me.account.email, me.passkeys.length], [201, 200, email("hal"), 1]);
    await enter(page);
    await isAccountOf(page, "hal");
    equal((await ask(page, "DELETE", `/me/passkeys/${made.id}`, { token: opened.token })).status, 204);
    const refused = await ask(page, "get", "/sessions/passkey");
    equal([refused.status, refused.code, refused.token], [401, "passkey_refused", undefined]);
  },
});
