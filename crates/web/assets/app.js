// Comfort only: every page works without this file. Texts come from the page.
"use strict";

const words = document.body.dataset;
const all = (selector) => document.querySelectorAll(selector);

// A failed form: the message takes the focus, also in browsers that ignore autofocus on it.
setTimeout(() => {
  if (document.activeElement === document.body) document.getElementById("problem")?.focus();
}, 200);

// Pasted codes lose what surrounds the digits; full-width ones become ordinary.
for (const field of all("input[data-digits]")) {
  field.addEventListener("paste", (event) => {
    const digits = event.clipboardData.getData("text").normalize("NFKC").replace(/\D/g, "");
    if (digits === "") return;
    event.preventDefault();
    field.setRangeText(digits, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

if (navigator.clipboard) {
  for (const button of all("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const items = [...source.querySelectorAll("li")].map((item) => item.textContent.trim());
      await navigator.clipboard.writeText(items.length ? items.join("\n") : source.textContent.trim());
      button.textContent = words.copied;
      setTimeout(() => (button.textContent = label), 2000);
    });
  }
}

for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of all("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  const [show, hide] = [button.textContent, button.dataset.hide];
  button.hidden = false;
  button.addEventListener("click", () => {
    const revealed = field.type === "password";
    field.type = revealed ? "text" : "password";
    button.textContent = revealed ? hide : show;
  });
}

// A whole pairing code is hidden from onlookers; the button shows it.
for (const field of all("[data-mask]")) {
  const button = document.getElementById(field.dataset.mask);
  const [show, hide] = [button.textContent, button.dataset.hide];
  const mask = (masked) => {
    field.classList.toggle("masked", masked);
    button.textContent = masked ? show : hide;
  };
  field.addEventListener("input", () => {
    const symbols = field.value.normalize("NFKC").replace(/[\s\-_\u2010-\u2015\u2212\u30fc]/g, "");
    const whole = /^[0-9A-TV-Z]{16}$/i.test(symbols);
    button.hidden = !whole;
    mask(whole);
  });
  button.addEventListener("click", () => mask(!field.classList.contains("masked")));
}

// Counts down beside the sentence that is true without us; says what to do at the end.
for (const sentence of all("[data-seconds]")) {
  const end = performance.now() + Number(sentence.dataset.seconds) * 1000;
  const clock = document.createElement("span");
  clock.className = "clock";
  clock.setAttribute("aria-hidden", "true");
  sentence.append(" ", clock);
  const tick = () => {
    const left = Math.round((end - performance.now()) / 1000);
    if (left <= 0) {
      clearInterval(timer);
      sentence.setAttribute("role", "status");
      sentence.textContent = sentence.dataset.over;
      return;
    }
    clock.textContent = `${sentence.dataset.label} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  };
  const timer = setInterval(tick, 1000);
  tick();
}

// Asks once before an act that cannot be taken back by another click.
function confirmFirst(form) {
  const dialog = document.createElement("dialog");
  const question = document.createElement("p");
  const actions = document.createElement("form");
  const cancel = document.createElement("button");
  const proceed = document.createElement("button");
  question.textContent = form.dataset.confirm;
  question.id = "confirm-question";
  dialog.setAttribute("aria-labelledby", question.id);
  actions.method = "dialog";
  actions.className = "actions";
  cancel.className = "second";
  cancel.textContent = words.cancel;
  cancel.value = "no";
  proceed.className = "danger";
  proceed.textContent = form.dataset.confirmButton;
  proceed.value = "yes";
  actions.append(cancel, proceed);
  dialog.append(question, actions);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    const agreed = dialog.returnValue === "yes";
    dialog.remove();
    if (agreed) {
      form.dataset.confirmed = "yes";
      form.requestSubmit();
    }
  });
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.confirm && !form.dataset.confirmed) {
    event.preventDefault();
    confirmFirst(form);
    return;
  }
  // The second half of a double click.
  const now = performance.now();
  if (now - Number(form.dataset.sentAt ?? -Infinity) < 2000) {
    event.preventDefault();
    return;
  }
  form.dataset.sentAt = String(now);
  // A file comes and the page stays: what it said before is no longer so.
  if (form.dataset.sent) {
    for (const part of all("[data-until-sent]")) part.hidden = true;
    document.getElementById(form.dataset.sent).hidden = false;
  }
  // The language switch keeps what was typed, secrets excepted.
  if (form.classList.contains("language")) {
    for (const field of all("[data-keep]")) sessionStorage.setItem(`keep-${field.id}`, field.value);
  }
});

for (const field of all("[data-keep]")) {
  const kept = sessionStorage.getItem(`keep-${field.id}`);
  sessionStorage.removeItem(`keep-${field.id}`);
  if (kept !== null && field.value === "") field.value = kept;
}
