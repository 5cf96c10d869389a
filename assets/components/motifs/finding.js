// -- finding motifs: it goes on by itself on the server, and is looked at from here ---------------------------------
const LEAD = "Find every detail that two or more works share, copied, reversed or in another size, without asking for anything; it takes some minutes, and searches can go on meanwhile.";
const AGAIN = "What was compared before is not compared again.";
let looking = null;

const sentence = () => {
  if (!around.details) return "Motifs need the model that sees details; this collection only has vectors of whole works, made elsewhere.";
  if (!around.found) return around.begun ? `The collection was indexed since motifs were last found, or finding was stopped. ${AGAIN}` : LEAD;
  if (around.new > 0) return `${counted(around.new, "work")} ${around.new === 1 ? "was" : "were"} added since motifs were last found. ${AGAIN}`;
  if (around.new < 0) return `Works were taken out of the collection since motifs were last found. ${AGAIN}`;
  return "";
};
const showFinding = () => {
  const { run } = around, lead = sentence(), panel = $(".finding");
  panel.hidden = Boolean(open) || !(lead || run.running || run.error || run.stopped);
  panel.classList.toggle("first", !around.found);
  $(".finding .lead").textContent = lead;
  const button = $("[data-do=find]"), stop = $("[data-do=stop]");
  button.hidden = run.running || !around.details || !(lead || run.stopped || run.error);
  button.textContent = run.stopped ? "Go on" : around.found || around.begun ? "Find again" : "Find motifs";
  stop.hidden = $(".finding .progress").hidden = !run.running;
  const bar = $("progress");
  if (run.of) { bar.max = run.of; bar.value = run.done; } else bar.removeAttribute("value");
  $(".stage").textContent = run.running ? (run.of ? `${run.stage}: ${number(run.done)} of ${number(run.of)}` : `${run.stage || "Beginning"} …`) : "";
  $(".finding .trouble").textContent = run.error || (run.stopped ? "Stopped; what was compared is kept." : "");
  clearTimeout(looking);
  if (run.running) looking = setTimeout(lookAgain, 900);
};
const lookAgain = async () => {
  if (!shown()) return;
  const answer = await ask(server.find_motifs);
  if (answer.error || !around) return say(answer.error, true);
  const ended = around.run.running && !answer.run.running;
  around.run = answer.run;
  if (ended) return refresh();
  showFinding();
};
const find = async (what) => {
  const answer = await ask(server.find_motifs, { do: what });
  if (answer.error) return say(answer.error, true);
  say("");
  around.run = answer.run;
  if (what === "stop") $(".stage").textContent = "Stopping …";
  showFinding();
};
