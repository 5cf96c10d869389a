// The key g goes from one part of the page to the next, and Shift + g to the one before: tabs, works, picture, places in
// Explore; in the other tabs the tab and what is in it (follows dom.js).
(() => {
  const seen = (element) => element && element.offsetParent !== null;
  const first = (part, selectors) => selectors.map((selector) => [...part.querySelectorAll(selector)].find(seen)).find(Boolean);
  const CONTROLS = ["input:not([type=hidden]):not([disabled]), textarea, select, button:not([disabled]), [tabindex='0']"];
  const regions = () => {
    const tab = first(document, ["[role=tab][aria-selected=true]"]);
    const explore = [["#works", [".search input"]], ["#picture", [".stage"]], ["#places", [".card .follow", ...CONTROLS]]];
    const panels = [...document.querySelectorAll("[role=tabpanel]")].filter((panel) => seen(panel) && !panel.querySelector("[role=tabpanel]"));
    const others = panels.map((panel) => [panel, first(panel, CONTROLS)]);
    const found = seen(document.querySelector("#picture .stage")) ? explore.map(([part, wanted]) => [document.querySelector(part), first(document.querySelector(part), wanted)]) : others;
    return [[tab?.closest("[role=tablist]"), tab], ...found].filter(([part, control]) => part && control);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "g" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") || event.target.closest?.("input:not([type=checkbox], [type=range], [type=radio]), textarea, select, [contenteditable]")) return;
    const all = regions(), here = all.findIndex(([part]) => part.contains(document.activeElement));
    if (!all.length) return;
    event.preventDefault();
    const [, control] = all[(here + (event.shiftKey ? (here < 0 ? 0 : -1) : 1) + all.length) % all.length];
    control.focus();
  });
})();
