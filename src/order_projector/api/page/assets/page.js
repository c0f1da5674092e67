// Follows an order while its page is open: asks for the page anew, and replaces the parts that changed.
"use strict";

const EVERY = 1000;
const PATIENCE = 30000;

const live = document.getElementById("live");
let main = document.getElementById("main");

function tell(text, isTrouble = false) {
  live.textContent = text;
  live.classList.toggle("trouble", isTrouble);
}

// Where the keyboard is within an element: by the nearest id, and its place there among its like.
function placeOfFocus(element) {
  const active = document.activeElement;
  if (!element.contains(active)) return null;
  const home = active.closest("[id]");
  return { id: home.id, tag: active.tagName, nth: [...home.querySelectorAll(active.tagName)].indexOf(active) };
}

function focusAt({ id, tag, nth }) {
  const home = document.getElementById(id);
  const element = nth < 0 ? home : home?.querySelectorAll(tag)[nth];
  element?.focus({ preventScroll: true });
}

// Keeps what the reader has opened, and where the keyboard is, in a part that is replaced.
function replaced(old, next) {
  for (const details of old.querySelectorAll("details[id][open]")) {
    const same = next.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = true;
  }
  const place = placeOfFocus(old);
  old.replaceWith(next);
  if (place) focusAt(place);
  next.classList.add("new");
}

function follow(old, next) {
  if (old.isEqualNode(next)) return;
  if (!("parts" in old.dataset && "parts" in next.dataset)) {
    replaced(old, next);
    return;
  }
  for (const { name, value } of next.attributes) old.setAttribute(name, value);
  const known = new Map([...old.children].map((each) => [each.id, each]));
  let place = old.firstElementChild;
  for (const part of [...next.children]) {
    const there = known.get(part.id);
    known.delete(part.id);
    if (there === undefined) {
      old.insertBefore(part, place);
      part.classList.add("new");
    } else {
      if (there === place) place = place.nextElementSibling;
      else old.insertBefore(there, place);
      follow(there, part);
    }
  }
  for (const gone of known.values()) gone.remove();
}

function read(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

async function show(answer) {
  const page = read(await answer.text());
  const next = page.getElementById("main");
  document.title = page.title;
  if (answer.ok) {
    follow(main, next);
    tell(`Updated: ${main.dataset.news}`);
  } else {
    main.replaceWith(next);
    main = next;
    tell("");
  }
}

// Asks once; returns after how many milliseconds to ask again, or null if there is nothing to follow.
async function ask() {
  const began = performance.now();
  const headers = { "If-None-Match": main.dataset.etag };
  const answer = await fetch(location.origin + location.pathname + location.search, { headers, cache: "no-store", redirect: "error" });
  switch (answer.status) {
    case 304:
      if (live.classList.contains("trouble")) tell("");
      return EVERY;
    case 200:
      await show(answer);
      return Math.max(EVERY, performance.now() - began); // a very long order takes its time
    case 404:
    case 410:
      await show(answer);
      return null;
    case 401:
    case 403:
      tell("No longer following this order: sign in again, and reload the page.", true);
      return null;
    default: {
      tell("This page may be out of date: the server does not answer. It goes on trying.", true);
      const wait = 1000 * Number(answer.headers.get("Retry-After") ?? 2);
      return Math.min(Math.max(wait || 0, EVERY), PATIENCE);
    }
  }
}

async function run() {
  let wait = EVERY;
  while (wait !== null) {
    await new Promise((done) => setTimeout(done, wait));
    try {
      wait = await ask();
    } catch {
      tell("This page may be out of date: there is no connection. It goes on trying.", true);
      wait = 2 * EVERY;
    }
  }
}

run();
