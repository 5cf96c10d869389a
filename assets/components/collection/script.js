const { ask, h, svg } = window.Explorer;
const $ = (selector) => element.querySelector(selector);

const copied = async (button, text) => {
  try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; } catch (error) { window.prompt("Copy this command:", text); }
  setTimeout(() => { button.textContent = "Copy"; }, 1800);
};
const command = (entry) => {
  const button = h("button", { type: "button", "aria-label": `Copy the command: ${entry.why}`, on: { click: () => copied(button, entry.command) } }, "Copy");
  return h("div", { class: "command" }, h("p", {}, entry.why), h("div", { class: "line" }, h("code", { tabindex: "0" }, entry.command), button));
};
// The percentage given against the percentage that was correct: on the diagonal they are the same.
const SIDE = 220, EDGE = 34;
const plot = (bins) => {
  const x = (share) => EDGE + share * SIDE, y = (share) => 8 + (1 - share) * SIDE;
  const most = Math.max(...bins.map((bin) => bin.count));
  const art = svg("svg", { viewBox: `0 0 ${SIDE + EDGE + 10} ${SIDE + EDGE + 12}`, role: "img", "aria-label": "Reliability: " + bins.map((bin) => `given ${Math.round(100 * bin.said)} %, correct ${Math.round(100 * bin.right)} %, ${bin.count} places`).join("; ") });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) art.append(
    svg("path", { class: "grid", d: `M${x(0)} ${y(share)}H${x(1)}M${x(share)} ${y(0)}V${y(1)}` }),
    svg("text", { x: x(share), y: y(0) + 15, "text-anchor": "middle" }, Math.round(100 * share)),
    svg("text", { x: x(0) - 6, y: y(share) + 4, "text-anchor": "end" }, Math.round(100 * share)));
  art.append(svg("path", { class: "ideal", d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}` }),
    svg("path", { class: "line", d: "M" + bins.map((bin) => `${x(bin.said)} ${y(bin.right)}`).join("L") }),
    ...bins.map((bin) => svg("circle", { cx: x(bin.said), cy: y(bin.right), r: 3 + 4 * Math.sqrt(bin.count / most) })),
    svg("text", { class: "axis", x: x(0.5), y: y(0) + 31, "text-anchor": "middle" }, "percentage given"),
    svg("text", { class: "axis", transform: `translate(10 ${y(0.5)}) rotate(-90)`, "text-anchor": "middle" }, "percentage correct"));
  return art;
};
const table = (heading, rows) => h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "File"), h("th", {}, heading))),
  h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((text) => h("td", {}, text))))));
const show = () => {
  const { facts = [], skipped = [], gone = [], remarked = [], remarked_count: remarks = 0, commands = [], reliability, manage = false } = props.value || {};
  $(".reliability").hidden = !reliability;
  $(".reliability-words").textContent = reliability?.words || "";
  $(".plot").replaceChildren(reliability?.bins.length ? plot(reliability.bins) : "");
  $(".facts").replaceChildren(...facts.flatMap((fact) => [h("dt", {}, fact.term), h("dd", {}, fact.text)]));
  $(".commands").replaceChildren(...commands.map(command));
  $(".skipped-title").textContent = "Files left out";
  $(".left-out-note").textContent = skipped.length
    ? (skipped.length === 1 ? "One file could not be read and is not searched." : `${skipped.length.toLocaleString("en")} files could not be read and are not searched.`)
    : "Every file in the folder could be read.";
  $(".left-out").replaceChildren(skipped.length ? table("Reason", skipped.map(({ file, reason }) => [file, reason])) : "");
  $(".gone").hidden = !gone.length;
  $(".gone-note").textContent = (gone.length === 1 ? "One work is left out, since its file is no longer there." : `${gone.length.toLocaleString("en")} works are left out, since their files are no longer there.`)
    + " What is known of them, and what was made of them, is kept: index again when the files are back.";
  $(".gone-deed").hidden = !manage;
  $(".gone-list").replaceChildren(gone.length ? table("Missing since", gone.map(({ file, since }) => [file, since])) : "");
  $(".remarks").hidden = !remarks;
  $(".remarked-note").textContent = (remarks === 1 ? "One picture is in the collection with a remark on how it was read." : `${remarks.toLocaleString("en")} pictures are in the collection with a remark on how they were read.`)
    + (remarks > remarked.length ? ` The first ${remarked.length.toLocaleString("en")}:` : "");
  $(".remarked").replaceChildren(table("Remark", remarked.map(({ file, remark }) => [file, remark])));
};
$(".gone-deed button").addEventListener("click", async () => {
  const answer = await ask(server.forget_gone, { name: props.value.name });
  $(".gone-note").textContent = answer.error || "They are no longer expected. Judgements, bookmarks, motifs and notes about them are kept; the very files would bring them back.";
  if (answer.error) return;
  $(".gone-deed").hidden = true;
  $(".gone-list").replaceChildren();
});
watch("value", show);
show();
