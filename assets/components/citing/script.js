// Citing what is shown, from anywhere on the page: `explorer:cite` {address} opens the dialog; the server writes the text.
const $ = (selector) => element.querySelector(selector);
const dialog = $("dialog"), text = $("textarea"), copied = $(".copied"), copy = $("[data-do=copy]");
let asked = 0, found = {}, as = "plain";
const paint = () => {
  for (const button of element.querySelectorAll("[data-as]")) button.setAttribute("aria-pressed", String(button.dataset.as === as));
  text.value = found[as] || "";
  text.hidden = Boolean(found.error);
  $(".trouble").textContent = found.error || "";
  copied.textContent = found.plain || found.error ? "" : "One moment …";
  copy.disabled = !found.plain;
};
document.addEventListener("explorer:cite", ({ detail }) => {
  [asked, found] = [window.Explorer.moment(), {}];
  paint();
  dialog.showModal();
  trigger("ask", { address: detail.address, number: asked });
});
const show = () => {
  if (!props.value || props.value.number !== asked) return;
  found = props.value;
  paint();
  if (found.plain && dialog.open) { text.focus(); text.setSelectionRange(0, 0); text.scrollTop = 0; }
};
copy.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(text.value);
    copied.textContent = "Copied.";
  } catch (error) { // the browser keeps the clipboard to itself: the text is marked, to be copied by hand
    text.focus();
    text.select();
    copied.textContent = "Marked: press Ctrl + C to copy it.";
  }
});
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (event.target === dialog || button?.dataset.do === "close") dialog.close();
  else if (button?.dataset.as) { as = button.dataset.as; paint(); }
});
dialog.addEventListener("keydown", (event) => event.stopPropagation()); // what is underneath has keys of its own
watch("value", show);
