// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// usage: node screenshots.mjs DATA-FOLDER OUT-FOLDER
//
// Writes a picture of every page of a running demonstration, light and dark, wide and at 320 px, and
// says what axe finds in each. Ends with status 1 when it finds something or a page fails.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { createHmac } from "node:crypto";

const [data, out] = process.argv.slice(2);
const people = JSON.parse(readFileSync(`${data}/demo-credentials.json`, "utf8"));
const base = people.base_url;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const pages = {
  visitor: ["/", "/recherche?q=nextclud", "/recherche?type=collectivity&departement=38", "/recherche?type=provider", "/recherche?q=xyzzy",
    "/logiciels/nextcloud", "/organismes/echirolles-38", "/organismes/cairn-libre-fictif", "/donnees", "/chiffres", "/carte",
    "/logiciels/comparer?ref=nextcloud&ref=peertube", "/accessibilite", "/plan-du-site", "/aide", "/mentions-legales", "/confidentialite",
    "/contact", "/nulle-part", "/rejoindre?q=saint-denis", "/rejoindre/adresse", "/connexion", "/mot-de-passe/oublie"],
  referent: ["/compte", "/compte/organismes", "/compte/adresse", "/compte/mot-de-passe", "/compte/securite", "/compte/sessions", "/compte/secrets",
    "/compte/donnees", "/bienvenue", "/organismes/echirolles-38/usages", "/organismes/echirolles-38/references", "/organismes/echirolles-38/fiche",
    "/organismes/echirolles-38/membres", "/organismes/echirolles-38/depart", "/animation/demandes"],
  provider: ["/compte/organismes", "/organismes/cairn-libre-fictif/offres", "/organismes/cairn-libre-fictif/offres?software=nextcloud",
    "/organismes/cairn-libre-fictif/references"],
  organiser: ["/animation", "/animation/demandes", "/animation/comptes"],
};

/** The code of an authenticator app (RFC 6238) for a base32 secret. */
function code(secret) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, "0");
}

async function signIn(page, who) {
  await page.goto(`${base}/connexion`);
  await page.fill("#f-email", who.email);
  await page.fill("#f-password", who.password);
  await page.click("main form:not([data-passkey]) button[type=submit]");
  await page.waitForLoadState();
  if (who.totp_secret) {
    await page.fill("#f-code", code(who.totp_secret));
    await page.click("main form:not([data-passkey]) button[type=submit]");
    await page.waitForLoadState();
  }
}

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
let wrong = 0, written = 0;
for (const [as, paths] of Object.entries(pages)) {
  const signedIn = await browser.newContext({ locale: "fr-FR" });
  if (as !== "visitor") await signIn(await signedIn.newPage(), people[as]);
  const state = await signedIn.storageState();
  for (const [colorScheme, width] of [["light", 1200], ["dark", 1200], ["light", 320], ["dark", 320]]) {
    const context = await browser.newContext({ locale: "fr-FR", colorScheme, viewport: { width, height: 900 }, storageState: state, bypassCSP: true });
    const page = await context.newPage();
    for (const path of paths) {
      const answer = await page.goto(base + path);
      const name = `${as}${path.replace(/[^a-z0-9]+/gi, "-")}`.replace(/-$/, "");
      await page.screenshot({ path: `${out}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      written++;
      if (answer.status() >= 400 && path !== "/nulle-part") {
        console.error(`${as} ${path}: ${answer.status()}`);
        wrong++;
        continue;
      }
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice", "RGAAv4"] }));
      for (const v of found.violations) {
        console.error(`${as} ${path} (${width}, ${colorScheme}): ${v.id}, ${v.nodes.length} times: ${v.nodes[0].html.slice(0, 160)}`);
        wrong++;
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) {
        console.error(`${as} ${path} (${width}): ${wide} px wider than the window`);
        wrong++;
      }
    }
    await context.close();
  }
  await signedIn.close();
}
await browser.close();
console.log(`${written} pictures in ${out}, ${wrong} things wrong`);
process.exit(wrong ? 1 : 0);
