// -- the menu of a card, and a match that is looked at on the stage (follows script.js) -----------------------------------
const menu = $(".menu");
let of = null; // the card whose menu is open
const openMenu = (made) => {
  of = made;
  const button = made.querySelector(".more");
  menu.showPopover();
  const { left, bottom, top } = button.getBoundingClientRect(), { offsetWidth: wide, offsetHeight: high } = menu;
  menu.style.left = `${Math.max(8, Math.min(left, window.innerWidth - wide - 8))}px`;
  menu.style.top = `${bottom + high + 8 > window.innerHeight ? Math.max(8, top - high - 2) : bottom + 2}px`;
  button.setAttribute("aria-expanded", "true");
  menu.querySelector("button").focus();
};
menu.addEventListener("toggle", (event) => {
  if (event.newState === "open" || !of) return;
  of.querySelector(".more").setAttribute("aria-expanded", "false");
  if (document.activeElement === document.body || menu.contains(document.activeElement)) of.querySelector(".more").focus({ preventScroll: true });
});
menu.addEventListener("keydown", (event) => {
  const ways = { ArrowDown: 1, ArrowUp: -1 }[event.key], buttons = [...menu.querySelectorAll("button")];
  if (!ways) return;
  event.preventDefault();
  buttons[(buttons.indexOf(document.activeElement) + ways + buttons.length) % buttons.length].focus();
});
const chosenDeeds = {
  examine: (match) => examine({ match }), compare, keep,
  "to-motif": (match) => document.dispatchEvent(new CustomEvent("explorer:add-to-motif", { detail: { work: match.work, box: match.box || [0, 0, 1, 1], title: match.title } })),
};
menu.addEventListener("click", (event) => {
  const deed = chosenDeeds[event.target.closest("button")?.className];
  if (!deed || !of) return;
  menu.hidePopover();
  deed(of.match);
});
$(".results").addEventListener("scroll", () => { if (menu.matches(":popover-open")) menu.hidePopover(); });

// The stage shows a match while the results are still of what was asked: its card is marked, a line says so.
let looked = null, wanted = null; // the match that is in view, and the one that was asked for, with the work that shows it
const looking = () => {
  for (const made of all()) made.classList.toggle("looked", made.match === looked?.match);
  $(".looking").hidden = !looked;
  if (looked) $(".looking span").textContent = `The picture shows match ${looked.match.rank}, ${looked.match.title}.`;
};
const look = (match, work) => {
  wanted = element.closest("#places") ? { match, work } : null;
  trigger("look", { kind: "work", key: work, box: match.box, also: match.also });
};
document.addEventListener("explorer:stage", () => {
  looked = wanted?.work === window.Explorer.current ? wanted : null;
  wanted = null;
  looking();
});
$(".home").addEventListener("click", () => trigger("look", { back: true }));
