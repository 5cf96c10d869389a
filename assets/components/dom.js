// What the page's parts share: building elements from text (never from markup), and pictures fetched when seen.
(() => {
  const h = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
      else if (name === "style") Object.assign(element.style, value);
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined || child === "" || child === false) continue;
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return element;
  };

  // The same for drawings. Their classes are set as everything else is.
  const svg = (tag, attributes = {}, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(name, String(value));
    element.append(...children.flat());
    return element;
  };
  const SIGNS = { accepted: "M3 8.6 6.6 12 13 4.4", rejected: "M4 4 12 12 M12 4 4 12", doubtful: "M5.4 5.6a2.6 2.6 0 1 1 3.9 2.3C8.3 8.5 8 9 8 9.9 M8 12.4v.2" };
  const sign = (verdict) => svg("svg", { viewBox: "0 0 16 16", class: "sign", "aria-hidden": "true" },
    svg("path", { d: SIGNS[verdict], fill: "none", stroke: "currentColor", "stroke-width": 1.7, "stroke-linecap": "round", "stroke-linejoin": "round" }));

  // -- the collection that the page is about -----------------------------------------------------------------------
  // Its name is in the address, empty for the one that the app was started with. What asks the server for something
  // when the page opens waits for `ready`: by then the server knows the collection, and the address is right.
  const collection = () => new URLSearchParams(window.location.search).get("collection") || "";
  const inCollection = (sent) => ({ collection: collection(), ...sent });
  // An address as it is read, and written by hand: boxes and lists are not in per cents.
  const readable = (url) => {
    url.search = ["%2C,", "%3B;", "%3A:", "%7C|"].reduce((text, pair) => text.replaceAll(pair.slice(0, 3), pair[3]), url.search);
    return url;
  };
  let opened = null;
  const ready = new Promise((resolve) => { opened = resolve; });
  const open = (name) => {
    const url = new URL(window.location.href);
    if (name) url.searchParams.set("collection", name);
    else url.searchParams.delete("collection");
    if (name !== collection()) window.history.replaceState(window.history.state, "", readable(url));
    opened();
  };

  // -- pictures, asked for in batches when they come into sight --------------------------------------------------
  const fetched = new Map(); // "work" or "work|box" -> {url, box}
  const waiting = new Map(); // the same -> {ask, place, images}
  let timer = null;

  const arrived = (image) => image.parentElement?.classList.remove("awaited"); // what it stands in
  const show = (image, picture) => {
    image.addEventListener("load", () => { image.classList.add("ready"); arrived(image); }, { once: true });
    image.src = picture.url;
    image.dispatchEvent(new CustomEvent("picture", { detail: picture }));
  };

  const gone = (image) => { image.classList.add("missing"); arrived(image); };
  const ask = async () => {
    timer = null;
    const batch = [...waiting.entries()].slice(0, 24);
    batch.forEach(([key]) => waiting.delete(key));
    if (waiting.size) timer = setTimeout(ask, 40);
    const answer = (key, picture, images) => {
      if (!picture) return images.forEach((image) => gone(image));
      fetched.set(key, picture);
      images.forEach((image) => show(image, picture));
    };
    for (const server of new Set(batch.map(([, want]) => want.server))) {
      const wholes = batch.filter(([, want]) => want.server === server && !want.box);
      const places = batch.filter(([, want]) => want.server === server && want.box);
      try {
        if (wholes.length) {
          const urls = await server.thumbnails(inCollection({ works: wholes.map(([, want]) => want.work) }));
          for (const [key, want] of wholes) answer(key, urls[want.work] && { url: urls[want.work], box: null }, want.images);
        }
        if (places.length) {
          const details = await server.details(inCollection({ places: places.map(([, want]) => ({ work: want.work, box: want.box })) }));
          places.forEach(([key, want], index) => answer(key, details && details[index], want.images));
        }
      } catch (error) {
        for (const [, want] of [...wholes, ...places]) want.images.forEach((image) => gone(image));
      }
    }
  };

  const want = (image) => {
    const { server, work, box } = image.wanted;
    const key = box ? work + "|" + box.join() : work;
    if (fetched.has(key)) return show(image, fetched.get(key));
    if (!waiting.has(key)) waiting.set(key, { server, work, box, images: [] });
    waiting.get(key).images.push(image);
    image.parentElement?.classList.add("awaited");
    if (!timer) timer = setTimeout(ask, 30);
  };

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      want(entry.target);
    }
  }, { rootMargin: "300px" });

  // A picture of a work (or, with a box, of a place on it), fetched when it comes into sight.
  const picture = (server, work, { box = null, alt = "" } = {}) => {
    const image = h("img", { alt, draggable: "false", decoding: "async" });
    image.wanted = { server, work, box };
    seen.observe(image);
    return image;
  };

  const percent = (value) => (100 * value).toFixed(3) + "%";
  const place = (element, [x0, y0, x1, y1]) => Object.assign(element.style, {
    left: percent(x0), top: percent(y0), width: percent(x1 - x0), height: percent(y1 - y0),
  });
  // The outline that says "here" on any picture, light or dark.
  const mark = (box) => {
    const outline = h("span", { class: "mark", "aria-hidden": "true" });
    place(outline, box);
    return outline;
  };

  const whole = (box) => !box || (box[0] <= 0.001 && box[1] <= 0.001 && box[2] >= 0.999 && box[3] >= 0.999);

  // Questions are numbered by the time at which they are asked, none as another: the answer to an older one is dropped.
  let last = 0, question = 0;
  const moment = () => (last = Math.max(Date.now(), last + 1));
  const asked = () => {
    const at = question = moment();
    document.dispatchEvent(new CustomEvent("explorer:asked", { detail: { at } }));
    return at;
  };
  const outdated = (answer) => answer.when < question; // one that was on its way when something else was asked

  const byline = (work) => [work.artist, work.date].filter(Boolean).join(", ");

  // Two addresses of this page that ask for the same, however they are written.
  const asks = (address) => JSON.stringify([...new URL(address).searchParams].sort());
  const sameAddress = (first, second) => asks(first) === asks(second);

  // What the address has of a query, by the names that explorer.ui.links gives it, in its order.
  const WORDS = ["words", "words-more", "words-little", "words-less", "words-not"];
  const PARTS = ["as", "also", "like", "like-little", "less", "not", ...WORDS, "layout", "alike"];
  const parts = () => [...new URLSearchParams(window.location.search)].filter(([name]) => PARTS.includes(name));
  const withoutQuery = () => {
    const url = new URL(window.location.href);
    for (const name of ["work", "box", "in", ...PARTS]) url.searchParams.delete(name);
    for (const limit of window.Explorer.limits) url.searchParams.append("in", limit);
    return url;
  };
  // Which works the list and the searches keep to, as the address has it.
  const limitsThere = () => new URLSearchParams(window.location.search).getAll("in");
  // Whether it asks for words alone: then its query is that of the Words tab, whichever tab is shown.
  const aloneIn = (asked) => !asked.has("work") && WORDS.some((name) => asked.has(name));
  const wordsAlone = () => aloneIn(new URLSearchParams(window.location.search));

  // Keys of a part of the page that is in sight and does not have the focus: they do what they do within it, unless they
  // belong to what has the focus. A field or a dialog has them all, a button or a tab those that are no letters.
  const keysFor = (element, own, run) => document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !element.offsetParent || own.contains(target)) return;
    if (document.querySelector("dialog[open]") || target.closest?.("input, textarea, select, [contenteditable], [role=application]")) return;
    if (target !== document.body && (key === " " || (key.length > 1 && key !== "Escape"))) return;
    run(event);
  });

  // A day as it is written, of a moment that the server names; and this page with another query, of the same collection.
  const day = (when) => (when ? new Date(when).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" }) : "");
  const linked = (search) => {
    const url = new URL(window.location.href), name = collection();
    url.search = search;
    if (name) url.searchParams.set("collection", name);
    return url.toString();
  };

  // The title of the window: what each tab shows, and which tab it is.
  const names = {};
  const entitle = () => {
    const tab = document.querySelector("[role=tab][aria-selected=true]")?.textContent.trim();
    if (tab) document.title = [names[tab], tab, "Brueghel Explorer"].filter(Boolean).join(" · ");
  };
  const titled = (tab, name) => {
    names[tab] = name;
    entitle();
  };
  // `run` whenever another tab is shown. This script may come after the page has been parsed: the document is observed.
  const onTab = (run) => new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.matches("[role=tab]"))) run();
  }).observe(document, { subtree: true, attributeFilter: ["aria-selected"] });
  onTab(entitle);

  // The number of the latest comparison that was asked for, wherever: answers to earlier ones are of no interest any more.
  const comparisons = { latest: 0 };

  // -- taken away: a file is made by the server and saved by the browser -------------------------------------------
  const saved = ({ name, data }) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes]));
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };
  // A menu of kinds of files, each with its words; `make` asks the server for one, `say` tells how it goes.
  const takeAway = (menu, kinds, make, say) => {
    menu.append(h("option", { value: "" }, "Take away …"), ...kinds.map(([kind, words]) => h("option", { value: kind }, words)));
    menu.addEventListener("change", async (event) => {
      event.stopPropagation(); // nothing is asked for anew
      const kind = menu.value;
      if (!kind) return;
      menu.disabled = true;
      say("The file is being made …");
      const answer = await make(kind);
      menu.disabled = false;
      menu.value = "";
      if (answer.error) return say(answer.error, true);
      if (answer.data) saved(answer); // what was printed is not saved too
      say([`${answer.name} was made.`, ...answer.notes].join(" "));
    });
  };

  // What a function of the server answers: a record, or one with the sentence why there is none.
  const LOST = { error: "The server did not answer; try again." };
  const askServer = (answer, sent = {}) => answer(inCollection(sent)).then((found) => found || LOST, () => LOST);
  // A line in which a part says what came of a change, for as long as it takes to read it.
  const sayingIn = (notice) => {
    let until = null;
    const say = (sentence, trouble = false) => {
      clearTimeout(until);
      if (sentence) until = setTimeout(() => say(""), 15_000);
      notice.textContent = sentence;
      notice.classList.toggle("trouble", trouble);
    };
    return say;
  };

  // Keep something as a bookmark: the Bookmarks tab's script asks for its name. `address` is where it is seen again.
  const keep = (mark, address, name = "") => {
    const url = new URL(address);
    url.searchParams.delete("collection");
    document.dispatchEvent(new CustomEvent("explorer:keep", { detail: { mark: { ...mark, address: url.search.slice(1) }, name } }));
  };

  const cite = (address) => document.dispatchEvent(new CustomEvent("explorer:cite", { detail: { address } }));

  window.Explorer = { ask: askServer, sayingIn, saved, keep, cite, takeAway, ready, open, keysFor, titled, onTab, inCollection, moment, asked, outdated, h, svg, sign, picture, mark, place, percent, whole, byline, day, linked, sameAddress, readable, query: { parts, withoutQuery, wordsAlone, aloneIn, limitsThere }, limits: limitsThere(), comparisons };
})();
