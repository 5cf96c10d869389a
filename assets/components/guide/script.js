// The tour and the help of each tab. The masthead opens them (`explorer:tour`, `explorer:help`), the key ? the help.
const { h, address } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const texts = props.value || { tour: [], tabs: {}, everywhere: [] };
const panel = $(".step"), spot = $(".spot"), help = $(".help");
const GAP = 14, EDGE = 10;
const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

// -- the tour ---------------------------------------------------------------------------------------------------
const LEFT = "explorer.tour"; // remembered by this browser, so that it is offered once
const remember = () => {
  try { window.localStorage.setItem(LEFT, "left"); } catch (error) { /* not kept by this browser */ }
  document.dispatchEvent(new CustomEvent("explorer:tour-left"));
};
let at = -1, from = null, watching = null; // the step, what had the focus before, the clock that follows the page
const target = () => {
  for (const selector of texts.tour[at]?.at || []) {
    const found = [...document.querySelectorAll(selector)].find((one) => one.offsetParent !== null && one.getBoundingClientRect().width);
    if (found) return found;
  }
  return null;
};
// Beside what is pointed at, on the side that has room; else the page is scrolled until there is room below or above.
const lay = () => {
  const pointed = target();
  spot.hidden = !pointed;
  const wide = panel.offsetWidth, tall = panel.offsetHeight, [across, down] = [document.documentElement.clientWidth, window.innerHeight];
  if (!pointed) return Object.assign(panel.style, { left: `${across - wide - EDGE}px`, top: `${down - tall - EDGE}px` });
  let box = pointed.getBoundingClientRect();
  const need = tall + GAP + EDGE, beside = across - box.right >= wide + GAP + EDGE || box.left >= wide + GAP + EDGE;
  if (!beside && down - box.bottom < need && box.top < need) {
    window.scrollBy({ top: box.bottom - (down - need), behavior: "instant" });
    box = pointed.getBoundingClientRect();
  }
  Object.assign(spot.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` });
  const middle = clamp(box.top + Math.min(box.height, down) / 2 - tall / 2, EDGE, down - tall - EDGE), left = clamp(box.left, EDGE, across - wide - EDGE);
  const [x, y] = across - box.right >= wide + GAP + EDGE ? [box.right + GAP, middle]
    : box.left >= wide + GAP + EDGE ? [box.left - wide - GAP, middle]
      : down - box.bottom >= need ? [left, box.bottom + GAP] : [left, Math.max(EDGE, box.top - tall - GAP)];
  Object.assign(panel.style, { left: `${x}px`, top: `${y}px` });
};
const step = (next) => {
  at = next;
  const { title, text } = texts.tour[at];
  $(".count").textContent = `Step ${at + 1} of ${texts.tour.length}`;
  $("#tour-title").textContent = title;
  $("#tour-text").textContent = text;
  $("[data-do=before]").disabled = at === 0;
  $("[data-do=next]").textContent = at === texts.tour.length - 1 ? "Done" : "Next";
  panel.hidden = false;
  if (address.shown() !== "explore") document.querySelector("[role=tab][data-tab-id=explore]")?.click();
  target()?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  lay();
  panel.focus({ preventScroll: true }); // a screen reader says its title and its text
};
const begin = () => {
  if (!texts.tour.length) return;
  if (help.open) help.close();
  if (at < 0) from = document.activeElement;
  clearInterval(watching);
  watching = setInterval(lay, 300);
  step(0);
};
const leave = () => {
  if (at < 0) return;
  at = -1;
  clearInterval(watching);
  panel.hidden = spot.hidden = true;
  remember();
  if (from?.isConnected && from.offsetParent) from.focus();
  else document.querySelector(".masthead .help")?.focus();
};
for (const moved of ["scroll", "resize"]) window.addEventListener(moved, () => { if (at >= 0) lay(); }, true);
panel.addEventListener("keydown", (event) => {
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!way || at + way < 0 || at + way >= texts.tour.length) return;
  event.preventDefault();
  step(at + way);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || at < 0 || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  leave();
});

// -- the help ---------------------------------------------------------------------------------------------------
const kbd = (keys) => (/\s\+?\S/.test(keys) && keys.length > 6 ? keys : keys.split(" ").map((key) => h("kbd", {}, key)));
const listed = (pairs) => h("dl", {}, pairs.flatMap(([keys, means]) => [h("dt", {}, kbd(keys)), h("dd", {}, means)]));
const keysOf = (keys) => { // a list that the tab has already is not written twice
  const [own] = typeof keys[0] === "string" ? [document.querySelector(keys[0])] : [null];
  if (typeof keys[0] !== "string") return [listed(keys)];
  return own ? (own.matches("dl, p") ? [own] : [...own.children]).map((one) => {
    const copy = one.cloneNode(true);
    for (const attribute of ["id", "hidden", "class"]) copy.removeAttribute(attribute);
    return copy;
  }) : [];
};
const open = () => {
  const text = texts.tabs[address.shown()] || texts.tabs.collection;
  if (!text || help.open || at >= 0) return;
  $("#help-title").textContent = text.title;
  $(".does").replaceChildren(...text.does.map((sentence) => h("li", {}, sentence)));
  $(".keys").replaceChildren(...keysOf(text.keys), listed(texts.everywhere));
  help.showModal();
  $(".scroll").scrollTop = 0;
  $(".scroll").focus();
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.ctrlKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input:not([type=checkbox], [type=range], [type=radio]), textarea, select, [contenteditable]")) return;
  event.preventDefault();
  open();
});
help.addEventListener("keydown", (event) => event.stopPropagation()); // what is underneath has keys of its own

const deeds = { leave, next: () => (at === texts.tour.length - 1 ? leave() : step(at + 1)), before: () => step(at - 1), tour: begin, close: () => help.close() };
element.addEventListener("click", (event) => {
  if (event.target === help) return help.close();
  deeds[event.target.closest("button")?.dataset.do]?.();
});
document.addEventListener("explorer:help", open);
document.addEventListener("explorer:tour", begin);
document.addEventListener("explorer:tour-not-wanted", remember);
