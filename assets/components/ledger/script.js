const { h } = window.Explorer;
const $ = (selector) => element.querySelector(selector);

const copied = async (button, text) => {
  try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; } catch (error) { window.prompt("Copy this command:", text); }
  setTimeout(() => { button.textContent = "Copy"; }, 1800);
};
const command = (one) => {
  const button = h("button", { type: "button", "aria-label": `Copy the command: ${one.why}`, on: { click: () => copied(button, one.command) } }, "Copy");
  return h("div", { class: "command" }, h("p", {}, one.why), h("div", { class: "line" }, h("code", { tabindex: "0" }, one.command), button));
};
const show = () => {
  const { facts = [], skipped = [], commands = [] } = props.value || {};
  $(".facts").replaceChildren(...facts.flatMap((fact) => [h("dt", {}, fact.term), h("dd", {}, fact.text)]));
  $(".commands").replaceChildren(...commands.map(command));
  $(".skipped-title").textContent = "Files left out";
  $(".skipped-note").textContent = skipped.length
    ? (skipped.length === 1 ? "One file could not be read and is not searched." : `${skipped.length.toLocaleString("en")} files could not be read and are not searched.`)
    : "Every file in the folder could be read.";
  $(".skipped").replaceChildren(skipped.length
    ? h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "File"), h("th", {}, "Reason"))),
        h("tbody", {}, skipped.map((one) => h("tr", {}, h("td", {}, one.file), h("td", {}, one.reason)))))
    : "");
};
watch("value", show);
show();
