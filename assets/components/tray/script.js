const { h, picture, whole, sameAddress, query, ready } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const words = $(".words"), order = $(".order input"), parts = $(".parts");
const ofWords = element.closest("#words-tray") !== null; // of the Words tab, whose query has no picture
const now = () => (ofWords ? {} : { at: window.Explorer.asked() });
const change = (what) => trigger("change", { ...what, ...now() });
let adding = "";

// -- the chips --------------------------------------------------------------------------------------------------
const crop = (detail) => {
  if (!detail.work && !detail.url) return null;
  if (detail.kind !== "picture") return picture(server, detail.work, { box: whole(detail.box) ? null : detail.box });
  const [x0, y0, x1, y1] = (detail.box || [0, 0, 1, 1]).map((side) => 100 * side);
  return h("img", { src: detail.url, alt: "", draggable: "false", class: "ready", style: { objectViewBox: `inset(${y0}% ${100 - x1}% ${100 - y1}% ${x0}%)` } });
};
const named = (chip) => (chip.of === "words" ? `“${chip.text}”` : `a detail of ${chip.title}`);
const strengths = (chip) => {
  const offered = props.value.strengths[chip.of === "words" ? "words" : "details"];
  const kept = chip.of === "main" ? offered.filter(({ wanted }) => wanted) : offered;
  return h("select", { class: "strength", title: offered.find(({ name }) => name === chip.strength)?.means, "aria-label": `How much it counts: ${named(chip)}` },
    kept.map(({ name, label }) => h("option", { value: name, selected: name === chip.strength }, label)));
};
const make = (chip) => {
  const subject = chip.of === "words"
    ? h("button", { type: "button", class: "text", title: "Change these words", "aria-label": `Change the words ${named(chip)}` }, chip.text)
    : h("span", { class: "crop", title: chip.title }, crop(chip));
  const made = h("li", { class: `chip of-${chip.of} ${chip.of === "details" ? chip.role : ""} ${chip.wanted ? "plus" : "minus"}` },
    chip.of === "main" && chip.alone ? null : h("span", { class: "sign", "aria-hidden": "true" }, chip.wanted ? "+" : "−"),
    subject,
    chip.of === "main" && chip.alone ? h("span", { class: "what" }, "what is looked for") : strengths(chip),
    chip.removable ? h("button", { type: "button", class: "take", title: "Take away (Delete)", "aria-label": `Take away ${named(chip)}` }, "×") : null);
  made.chip = chip;
  return made;
};
const held = () => { // which part of which chip has the focus
  const made = document.activeElement?.closest?.(".chip");
  return made && element.contains(made) ? { at: [...parts.children].indexOf(made), name: document.activeElement.classList[0] } : null;
};
let last = null; // the focus that the chips had when they were changed: what is drawn anew has it again
const refocus = () => {
  if (!last || !element.offsetParent || (document.activeElement && document.activeElement !== document.body && !element.contains(document.activeElement))) { last = null; return; }
  const made = parts.children[Math.min(last.at, parts.children.length - 1)];
  (made?.querySelector("." + last.name) || made?.querySelector("button, select") || words).focus();
  last = null;
};
const show = () => {
  if (window.Explorer.outdated(props.value || {})) return;
  const { chips = [], kind, together, layout, note = "", full, back } = props.value || {};
  const shown = Boolean(kind);
  last ??= held();
  $(".tray").hidden = !shown;
  if (!shown) return arm("");
  parts.replaceChildren(...chips.map(make));
  parts.hidden = !chips.length;
  $(".order").hidden = !together;
  order.checked = Boolean(layout);
  $(".note").textContent = full ? [note, "A search takes no more parts than these."].filter(Boolean).join(" ") : note;
  $(".say").classList.toggle("full", Boolean(full));
  for (const field of element.querySelectorAll(".say *")) field.disabled = Boolean(full);
  $(".adding").hidden = ofWords;
  $(".only").hidden = ofWords || chips.length < 2;
  $(".back").hidden = $(".link").hidden = $(".cite").hidden = !ofWords;
  $(".back").disabled = !back;
  refocus();
  if (ofWords) settle();
};

// -- what the next click in a picture adds: the viewer is told, and tells when it is done ------------------------
const armed = (role) => {
  adding = role;
  for (const button of element.querySelectorAll("[data-role]")) button.setAttribute("aria-pressed", String(button.dataset.role === role));
};
const arm = (role) => {
  if (!ofWords && role !== adding) document.dispatchEvent(new CustomEvent("explorer:adding", { detail: { role } }));
};
document.addEventListener("explorer:adding", (event) => armed(event.detail.role));
$(".adding").addEventListener("click", (event) => {
  const button = event.target.closest("[data-role]");
  if (button) arm(button.dataset.role === adding ? "" : button.dataset.role);
});
element.addEventListener("keydown", (event) => { if (event.key === "Escape") arm(""); });

// -- changes ----------------------------------------------------------------------------------------------------
const part = ({ of, index }) => ({ of, index });
const take = (made) => {
  if (!made.chip.removable) return;
  last = { at: [...parts.children].indexOf(made), name: "take" };
  change({ do: "take", ...part(made.chip) });
};
const reword = (made) => { // in place of the words, a field with them
  const { chip } = made, button = made.querySelector(".text");
  const field = h("input", { class: "edit", type: "text", maxlength: 300, value: chip.text, "aria-label": `Other words in the place of ${named(chip)}`, size: Math.max(6, chip.text.length) });
  let done = false;
  const end = (kept, focused) => {
    if (done) return;
    done = true;
    field.replaceWith(button);
    if (focused) button.focus();
    if (!kept || field.value.trim() === chip.text) return;
    if (focused) last = { at: [...parts.children].indexOf(made), name: "text" };
    change({ do: "reword", ...part(chip), words: field.value });
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") { event.preventDefault(); end(true, true); }
    if (event.key === "Escape") end(false, true);
  });
  field.addEventListener("blur", () => end(true, false));
  button.replaceWith(field);
  field.focus();
  field.select();
};
parts.addEventListener("click", (event) => {
  const made = event.target.closest(".chip"), button = event.target.closest("button");
  if (!made || !button) return;
  if (button.matches(".take")) take(made);
  else if (button.matches(".text")) reword(made);
});
parts.addEventListener("keydown", (event) => {
  const made = event.target.closest(".chip");
  if (!made || event.target.matches("input") || !["Delete", "Backspace"].includes(event.key)) return;
  event.preventDefault();
  take(made);
});
let keyed = false, weighing = null; // arrow keys pass through strengths: the one they rest on is asked for
parts.addEventListener("keydown", (event) => { keyed = event.target.matches("select") && event.key.startsWith("Arrow"); });
parts.addEventListener("pointerdown", () => { keyed = false; });
parts.addEventListener("change", (event) => {
  const made = event.target.closest(".chip");
  if (!event.target.matches("select")) return;
  clearTimeout(weighing);
  weighing = setTimeout(() => {
    last = held();
    change({ do: "weigh", ...part(made.chip), strength: event.target.value });
  }, keyed ? 600 : 0);
});
const say = (strength) => {
  if (!words.value.trim()) return words.focus();
  change({ do: "say", words: words.value, strength });
  words.value = "";
};
$(".say").addEventListener("submit", (event) => { event.preventDefault(); say("must"); });
$(".minus").addEventListener("click", () => say("not"));
order.addEventListener("change", () => change({ do: "order", layout: order.checked }));
$(".only").addEventListener("click", () => change({ do: "only" }));
$(".back").addEventListener("click", () => trigger("back", {}));

// -- words alone: the address -----------------------------------------------------------------------------------
let arriving = false; // by a link or the browser's Back: the address is not added to the history
const address = () => {
  const url = query.withoutQuery();
  for (const [name, value] of props.value.address || []) url.searchParams.append(name, value);
  return url.href.replaceAll("%3A", ":");
};
const settle = () => {
  const how = arriving ? "replaceState" : "pushState";
  arriving = false;
  window.Explorer.address.settle(how);
};
const restore = () => {
  arriving = true;
  trigger("restore", { parts: query.parts() });
};
if (ofWords) {
  // Before there is a query, the address is still to be read.
  window.Explorer.address.of("words", { address: () => (props.value?.chips?.length && !arriving ? address() : "") });
  words.placeholder = "add words"; // beside the chips; what is typed above begins anew
  ready.then(() => { if (query.wordsAlone()) restore(); });
  document.addEventListener("explorer:catalogue", () => { // other works are chosen
    if (query.wordsAlone()) window.Explorer.address.settle();
  });
  window.addEventListener("popstate", () => {
    if (query.wordsAlone() && (arriving || !sameAddress(address(), window.location.href))) restore();
  });
  $(".cite").addEventListener("click", () => window.Explorer.cite(address()));
  $(".link").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address());
      const note = $(".note"), before = note.textContent;
      note.textContent = "The link is copied.";
      setTimeout(() => { if (note.textContent === "The link is copied.") note.textContent = before; }, 4000);
    } catch (error) {
      window.prompt("Copy this link:", address());
    }
  });
}
watch("value", show);
show();
