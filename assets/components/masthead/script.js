const show = () => {
  const value = props.value || {};
  if (!value.collection) return; // the page is still being opened
  element.querySelector(".brand").href = value.address ? `?collection=${encodeURIComponent(value.address)}` : "?";
  element.querySelector(".collection").textContent = value.collection || "";
  element.querySelector(".model").textContent = value.model ? `model ${value.model}` : "";
  element.querySelector(".note").hidden = !value.note;
  element.querySelector(".model-note").textContent = value.note || "";
  window.Explorer.open(value.address);
};
const button = element.querySelector(".note"), note = element.querySelector(".model-note");
const open = (on) => {
  note.hidden = !on;
  button.setAttribute("aria-expanded", String(on));
};
button.addEventListener("click", () => open(note.hidden));
document.addEventListener("click", (event) => { if (!element.contains(event.target)) open(false); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") open(false); });
// The tour is offered once; it stays in the help.
const offer = element.querySelector(".offer");
try { offer.hidden = Boolean(window.localStorage.getItem("explorer.tour")); } catch (error) { offer.hidden = true; }
for (const over of ["explorer:tour", "explorer:tour-left"]) document.addEventListener(over, () => { offer.hidden = true; });
for (const [name, said] of [[".tour", "explorer:tour"], [".no", "explorer:tour-not-wanted"], [".help", "explorer:help"]]) {
  element.querySelector(name).addEventListener("click", () => document.dispatchEvent(new CustomEvent(said)));
}
window.Explorer.address.shownBy((tab) => trigger("go", { tab }));
watch("value", show);
show();
