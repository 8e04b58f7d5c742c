// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// Password fields can be shown while one types. The page works without this script.
//
//   <input type="password" data-show="Afficher" data-hide="Masquer">
(() => {
  "use strict";
  for (const field of document.querySelectorAll("input[type=password][data-show]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.setAttribute("aria-controls", field.id);
    const tell = () => {
      button.textContent = field.type === "password" ? field.dataset.show : field.dataset.hide;
    };
    button.addEventListener("click", () => {
      field.type = field.type === "password" ? "text" : "password";
      tell();
    });
    // Sent as a password again, or browsers would remember it among ordinary words.
    field.form.addEventListener("submit", () => (field.type = "password"));
    tell();
    field.after(button);
  }
})();
