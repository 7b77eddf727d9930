// What the pages need of scripts beside htmx. Without scripts every page works by its forms and links.
"use strict";
(() => {
  const dropped = (zone, files) => {
    const input = zone.querySelector("input[type=file]");
    if (files) input.files = files;
    if (!input.files.length) return;
    zone.classList.add("sending");
    zone.requestSubmit();
  };
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer || !Array.from(event.dataTransfer.types).includes("Files")) return;
    event.preventDefault();
    const zone = event.target.closest("[data-drop]");
    document.querySelectorAll("[data-drop]").forEach((each) => each.classList.toggle("over", each === zone));
    event.dataTransfer.dropEffect = zone ? "copy" : "none";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.querySelectorAll("[data-drop]").forEach((each) => each.classList.remove("over"));
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer || !Array.from(event.dataTransfer.types).includes("Files")) return;
    event.preventDefault(); // a file beside the zone must not replace the page
    const zone = event.target.closest("[data-drop]");
    document.querySelectorAll("[data-drop]").forEach((each) => each.classList.remove("over"));
    if (zone) dropped(zone, event.dataTransfer.files);
  });
  document.addEventListener("change", (event) => {
    const zone = event.target.closest("[data-drop]");
    if (zone && event.target.type === "file") dropped(zone);
  });
  // A form with one choice is sent when it is made; its button is for pages without scripts.
  document.querySelectorAll("[data-submit-on-change]").forEach((form) => {
    form.querySelectorAll("button").forEach((button) => { button.hidden = true; });
    form.addEventListener("change", () => form.requestSubmit());
  });
  // How far a job is: the server sends the part of the page that shows it, then says that the job is over.
  document.querySelectorAll("[data-events]").forEach((section) => {
    const shown = section.querySelector("[data-progress]");
    let events = null;
    const follow = () => { // a page that nobody sees needs no connection: a browser has few
      if (events) events.close();
      if (document.hidden) return;
      events = new EventSource(section.dataset.events);
      events.addEventListener("progress", (event) => { shown.innerHTML = event.data; });
      events.addEventListener("ended", () => { events.close(); location.reload(); });
    };
    document.addEventListener("visibilitychange", follow);
    follow();
  });
  // A box that chooses all rows of its form.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-choose-all]")) return;
    event.target.closest("form").querySelectorAll("tbody input[type=checkbox]").forEach((box) => { box.checked = event.target.checked; });
  });
  // A form is sent once: a second click while it is on its way does nothing.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    else if (event.target.method === "post") event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
  // A cell of the table of problems is sent when it was changed. What is typed while an answer is on its way stays.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-cell]")) event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const cell = event.target.querySelector && event.target.querySelector("[data-cell]");
    if (cell) cell.dataset.sent = cell.value;
  });
  let typed = [];
  const isTyped = (cell) => cell.value !== cell.defaultValue && cell.value !== cell.dataset.sent;
  document.addEventListener("htmx:beforeSwap", () => {
    typed = Array.from(document.querySelectorAll("[data-cell]")).filter(isTyped).map((cell) => [cell.id, cell.value]);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const restored = typed.map(([id, value]) => [document.getElementById(id), value]).filter(([cell]) => cell);
    typed = [];
    restored.forEach(([cell, value]) => { cell.value = value; });
    const waiting = restored.map(([cell]) => cell).find((cell) => cell !== document.activeElement && isTyped(cell));
    if (waiting) waiting.form.requestSubmit();
  });
  document.addEventListener("htmx:afterRequest", (event) => { delete event.target.dataset.sent; });
  document.addEventListener("htmx:responseError", (event) => {
    const shown = document.querySelector("[data-failure]");
    if (shown) shown.innerHTML = event.detail.xhr.responseText;
  });
})();
