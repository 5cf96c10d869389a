// The page's address and the browser's history, which this part alone writes (follows dom.js, whose names it uses).
//
// An address says what is asked in Explore, or in words, and after it which tab is shown, with what is that tab's own.
// What a visitor does makes one entry of the history: what follows from it by itself corrects that entry.
(() => {
  const { sameAddress, readable, query, onTab } = window.Explorer;
  // What is each tab's own in the address, as explorer.ui.leading has it; all others say `tab=NAME`.
  const OWN = {
    compare: ["compare", "at", "fit", "whole", "points", "reversed", "look"], judged: ["judgements"], motifs: ["motif", "motifs"],
    bookmarks: ["bookmarks", "table"], labels: ["label", "ask"], map: ["colour", "only", "place", "map", "by", "neighbours", "spread", "metric", "axes"],
  };
  const TELLING = [["compare", "compare"], ["judged", "judgements"], ["motifs", "motif"], ["motifs", "motifs"], ["bookmarks", "bookmarks"], ["labels", "label"]];
  const NAMED = ["compare", "words", "labels", "map", "collection", "indexed", "collections"];
  const HALVES = { labels: "words", judged: "bookmarks", indexed: "collection", collections: "collection" };

  // The tab that is shown; of one with halves the half, where that is not the first.
  const shown = () => {
    const [tab, half] = [...document.querySelectorAll("[role=tab][aria-selected=true]")].filter((button) => button.offsetParent).map((button) => button.dataset.tabId);
    return HALVES[half] === tab ? half || "" : tab || "";
  };
  const tabOf = (asked = here()) => {
    if (NAMED.includes(asked.get("tab"))) return asked.get("tab");
    const [tab] = TELLING.find(([, name]) => asked.has(name)) || [query.aloneIn(asked) ? "words" : "explore"];
    return tab;
  };
  const here = () => new URLSearchParams(window.location.search);

  // What each tab adds. Explore and Words give an `address` (empty while they do not know theirs), the others `write`
  // what is their own; `arrive` takes it from the address when the browser's Back or Forward leads there.
  const parts = {};
  const compose = (tab) => {
    const under = tab === "words" || (tab !== "explore" && query.wordsAlone()) ? parts.words : parts.explore;
    const url = new URL(under?.address() || window.location.href), asked = url.searchParams;
    for (const [other, names] of Object.entries(OWN)) if (other !== tab) names.forEach((name) => asked.delete(name));
    asked.delete("tab");
    parts[tab]?.write?.(asked);
    if (NAMED.includes(tab) && tabOf(asked) !== tab) asked.set("tab", tab);
    return readable(url);
  };

  // Each gesture makes one entry: what comes after it without another is of the same.
  let gesture = 0, entered = 0;
  for (const kind of ["pointerdown", "click", "keydown", "change", "drop", "paste"]) {
    window.addEventListener(kind, (event) => {
      if (!event.isTrusted) return;
      gesture += 1;
      if (kind === "click" && event.target.closest?.("[role=tab]")) going = "";
    }, true);
  }
  let going = ""; // the tab that the address asks for, until it is shown
  const settle = (how = "pushState") => {
    const tab = going || shown();
    if (!tab) return;
    const url = compose(tab);
    if (sameAddress(url, window.location.href)) return;
    const entry = how === "pushState" && gesture !== entered;
    if (entry) entered = gesture;
    window.history[entry ? "pushState" : "replaceState"]({}, "", url);
  };

  let show = () => {}; // shows a tab
  const again = (tab) => setTimeout(() => { if (going === tab) show(tab); }, 4000); // the answer was lost
  const arrive = () => {
    const asked = here(), tab = tabOf(asked);
    going = tab === shown() ? "" : tab;
    if (going) { show(going); again(going); }
    parts[tab]?.arrive?.(asked);
  };
  const visit = (url) => {
    window.history.pushState({}, "", url);
    entered = gesture;
    arrive();
  };
  window.addEventListener("popstate", () => {
    entered = gesture += 1;
    arrive();
  });
  let waiting = null;
  const moved = () => {
    if (going && shown() === going) going = "";
    else if (going) show(going); // two answers crossed
    else { clearTimeout(waiting); waiting = setTimeout(settle, 30); }
  };
  onTab(moved);
  going = tabOf() === "explore" ? "" : tabOf(); // the server shows it

  window.Explorer.address = {
    settle, visit, shown, asked: (tab) => (tabOf() === tab ? here() : null),
    of: (tab, part) => { parts[tab] = part; }, shownBy: (run) => { show = run; },
  };
})();
