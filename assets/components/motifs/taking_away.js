// -- taken away ----------------------------------------------------------------------------------------------------
const FILES = {
  wall: [["csv", "a table (CSV)"], ["json", "JSON"], ["graphml", "works that share motifs (GraphML)"], ["annotations", "web annotations"]],
  dossier: [["pdf", "a dossier to print (PDF)"], ["html", "one page to send (HTML)"], ["zip", "the details (ZIP)"], ["csv", "a table (CSV)"], ["json", "JSON"], ["annotations", "web annotations"]],
};
for (const menu of element.querySelectorAll(".export")) {
  const ofOne = menu.dataset.export === "dossier";
  window.Explorer.takeAway(menu, FILES[menu.dataset.export], (kind) => {
    const { origin, pathname } = window.location;
    return ask(server.take_motifs_away, { as: kind, address: origin + pathname, ...(ofOne ? { motif: open } : {}) });
  }, say);
}
