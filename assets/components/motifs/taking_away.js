// -- taken away: a file is made by the server and saved by the browser ---------------------------------------------
const FILES = {
  wall: [["csv", "a table (CSV)"], ["json", "JSON"], ["graphml", "works that share motifs (GraphML)"], ["annotations", "web annotations"]],
  dossier: [["pdf", "a dossier to print (PDF)"], ["html", "one page to send (HTML)"], ["zip", "the details (ZIP)"], ["csv", "a table (CSV)"], ["json", "JSON"], ["annotations", "web annotations"]],
};
const saved = ({ name, data }) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes]));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};
for (const menu of element.querySelectorAll(".export")) {
  const ofOne = menu.dataset.export === "dossier";
  menu.append(h("option", { value: "" }, "Take away …"), ...FILES[menu.dataset.export].map(([kind, words]) => h("option", { value: kind }, words)));
  menu.addEventListener("change", async (event) => {
    event.stopPropagation(); // the wall is not asked for anew
    const kind = menu.value;
    if (!kind) return;
    menu.disabled = true;
    say("The file is being made …");
    const { origin, pathname } = window.location;
    const answer = await ask(server.take_motifs_away, { as: kind, address: origin + pathname, ...(ofOne ? { motif: open } : {}) });
    menu.disabled = false;
    menu.value = "";
    if (answer.error) return say(answer.error, true);
    saved(answer);
    say([`${answer.name} was made.`, ...answer.notes].join(" "));
  });
}
