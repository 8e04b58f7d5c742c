// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// Passkeys. The page works without this script: forms that need it are hidden until it shows them.
//
//   <form data-passkey="login" data-options="/path" action="/path" method="post" hidden
//         data-text-cancelled="…" data-text-known="…" data-text-network="…" data-text-failed="…">
//     <input type="hidden" name="response">
//     <button>…</button>
//     <p data-passkey-error role="alert" hidden></p>
//   </form>
//
// data-passkey is "login" or "register". data-options is asked by POST for the options of the
// ceremony; the browser's answer goes into "response" and the form is sent as any form is. Elements
// marked data-passkey-available are shown with the forms. A field of the page with
// autocomplete="username webauthn" offers the passkeys of this site while one types (login only).
(() => {
  "use strict";

  const publicKeyCredential = window.PublicKeyCredential;
  if (!window.isSecureContext || !publicKeyCredential || !navigator.credentials) return;

  // A site's question is good for five minutes: the one that waits behind a field is renewed before.
  const renewal = 4 * 60 * 1000;

  // What is being asked of the browser: it takes one question at a time.
  let asking = null;
  let answering = false; // to a press of a button, and not only behind a field

  const toBytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
  };

  const toText = (buffer) => {
    let plain = "";
    for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  // Web Authentication §5.1.8 and §5.1.9, for browsers that lack these two functions.
  const readOptions = (kind, json) => {
    const native = kind === "register" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    if (publicKeyCredential[native]) return publicKeyCredential[native](json);
    const withBytes = (list) => (list || []).map((c) => ({ ...c, id: toBytes(c.id) }));
    const options = { ...json, challenge: toBytes(json.challenge) };
    if (json.user) options.user = { ...json.user, id: toBytes(json.user.id) };
    if (json.excludeCredentials) options.excludeCredentials = withBytes(json.excludeCredentials);
    if (json.allowCredentials) options.allowCredentials = withBytes(json.allowCredentials);
    return options;
  };

  // §5.1, toJSON(), which older browsers lack and which fails on what some password managers make.
  const writeCredential = (credential) => {
    try {
      return JSON.stringify(credential.toJSON());
    } catch {
      const { response } = credential;
      const said = { clientDataJSON: toText(response.clientDataJSON) };
      for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
        if (response[name]) said[name] = toText(response[name]);
      }
      if (response.getTransports) said.transports = response.getTransports();
      return JSON.stringify({
        id: credential.id,
        rawId: toText(credential.rawId),
        type: credential.type,
        authenticatorAttachment: credential.authenticatorAttachment || undefined,
        clientExtensionResults: credential.getClientExtensionResults(),
        response: said,
      });
    }
  };

  // A problem whose sentence is for the person to read.
  class Told extends Error {}

  const fetchOptions = async (form, signal) => {
    let answer;
    try {
      answer = await fetch(form.dataset.options, {
        method: "POST",
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal,
      });
    } catch (error) {
      if (signal.aborted) throw error;
      throw new Told(form.dataset.textNetwork);
    }
    const json = await answer.json().catch(() => null);
    if (!answer.ok || !json) {
      // The sentence of a problem document (RFC 9457) is in the person's language already.
      throw new Told((json && typeof json.detail === "string" && json.detail) || form.dataset.textFailed);
    }
    return json;
  };

  const sentence = (form, error) => {
    if (error instanceof Told) return error.message;
    if (error.name === "NotAllowedError") return form.dataset.textCancelled; // or too late: browsers do not tell
    if (error.name === "InvalidStateError") return form.dataset.textKnown; // the authenticator has one already
    return form.dataset.textFailed;
  };

  const show = (form, text) => {
    const place = form.querySelector("[data-passkey-error]");
    if (!place) return;
    place.textContent = text || "";
    place.hidden = !text;
  };

  const buttonOf = (form) => form.querySelector("button, input[type=submit]");

  // aria-disabled and not disabled, which would take the focus away from the person.
  const busy = (form, on) => {
    answering = on;
    const button = buttonOf(form);
    if (button && on) button.setAttribute("aria-disabled", "true");
    else if (button) button.removeAttribute("aria-disabled");
  };

  // run asks the browser, and sends its answer. It returns false when it was asked something else
  // meanwhile.
  const run = async (form, mediation) => {
    if (asking) asking.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const kind = form.dataset.passkey;
      const publicKey = readOptions(kind, await fetchOptions(form, mine.signal));
      const question = { publicKey, signal: mine.signal };
      if (mediation) question.mediation = mediation;
      const credential = await navigator.credentials[kind === "register" ? "create" : "get"](question);
      if (mine.signal.aborted) return false;
      form.elements.namedItem("response").value = writeCredential(credential);
    } catch (error) {
      if (mine.signal.aborted) return false;
      asking = null;
      throw error;
    }
    asking = null;
    // Not form.submit(): a field of that name would hide it.
    HTMLFormElement.prototype.submit.call(form);
    return true;
  };

  const press = async (form) => {
    if (answering) return;
    busy(form, true);
    show(form, "");
    try {
      await run(form);
    } catch (error) {
      show(form, sentence(form, error));
      busy(form, false);
      offer();
    }
  };

  // offer waits behind a field: browsers then propose passkeys as they propose passwords. Nothing is
  // said when it cannot: the button is there.
  let renewing = 0;
  const offer = async () => {
    clearTimeout(renewing);
    const form = document.querySelector('form[data-passkey="login"]');
    const field = document.querySelector('input[autocomplete~="webauthn"]');
    if (!form || !field || answering || !publicKeyCredential.isConditionalMediationAvailable) return;
    try {
      if (!(await publicKeyCredential.isConditionalMediationAvailable()) || answering) return;
      renewing = setTimeout(renew, renewal);
      await run(form, "conditional");
    } catch {
      clearTimeout(renewing);
    }
  };

  // A page nobody looks at asks nothing of the server.
  const renew = () => {
    if (document.visibilityState === "visible") offer();
    else document.addEventListener("visibilitychange", renew, { once: true });
  };

  const forms = document.querySelectorAll("form[data-passkey]");
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      press(form);
    });
    form.hidden = false;
  }
  for (const element of document.querySelectorAll("[data-passkey-available]")) element.hidden = false;

  // A page that comes back from the browser's memory begins anew.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of forms) {
      form.elements.namedItem("response").value = "";
      show(form, "");
      busy(form, false);
    }
    offer();
  });

  offer();
})();
