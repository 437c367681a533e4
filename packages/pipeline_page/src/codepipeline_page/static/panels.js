// The panels behind the tabs. Each reads its own data, and only while it is visible.

import { read } from "./api.js";
import { held, stacks } from "./changes.js";
import { h } from "./dom.js";
import { clock, first, short, took, word } from "./words.js";

const logs = new Map();

// Reads what a log has gained, and keeps the line that names a failure best: the first one of the lowest rank.
const lines = async (address, run) => {
  const known = logs.get(run) ?? { lines: [], next: "", phases: [], note: "", failure: null };
  for (let more = true; more; ) {
    const part = await read(`${address}/log${known.next ? `?after=${encodeURIComponent(known.next)}` : ""}`);
    const start = known.lines.length;
    known.lines.push(...part.lines);
    if (part.failure && (known.failure === null || part.failure.rank < known.failure.rank)) known.failure = { rank: part.failure.rank, index: start + part.failure.index };
    more = part.more && part.next !== known.next;
    known.next = part.next || known.next;
    known.phases = part.phases.length ? part.phases : known.phases;
    known.note = known.lines.length ? "" : part.note;
  }
  logs.set(run, known);
  return known;
};

const textOf = (line) => line.spans.map(({ text }) => text).join("");

const phases = (list) => h("ol", { key: "phases", class: "phases", "aria-label": "Phases of the build" }, list.map((each) => h("li", { key: each.name, class: each.status === "FAILED" ? "wrong" : "dim" }, `${each.name.toLowerCase().replaceAll("_", " ")} ${each.seconds === null ? "…" : took(each.seconds)}${each.status === "FAILED" ? " failed" : ""}`)));

const decided = (action) => h("p", { key: "decided", class: action.decision === "rejected" ? "cause" : "decided" },
  h("strong", {}, `${action.decision === "rejected" ? "Rejected" : "Approved"} by ${action.by}`), action.comment ? `: “${action.comment}”` : ", without a comment",
  h("small", { class: "dim" }, ` ${action.by_arn} · ${clock(action.ended)}`));

const cause = (action, said, failing) => {
  const line = failing ? said.lines[failing.index] : null;
  const show = () => document.getElementById("failing").scrollIntoView({ block: "center" });
  return h("div", { key: "cause", class: "cause" },
    h("p", { key: "line" }, h("strong", {}, "Cause: "), line ? h("code", {}, textOf(line).trim()) : action.error),
    line ? h("p", { key: "provider", class: "dim" }, `${action.provider}: ${action.error}`) : "",
    line ? h("p", { key: "show" }, h("button", { type: "button", onclick: show }, `Show line ${failing.index + 1} in the log`)) : "");
};

const written = (said, failing, label) => h("div", { key: "log", class: "log", id: "log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": label },
  said.lines.map((line, place) => h("code", { key: place, id: place === failing?.index ? "failing" : false, class: line.bad ? "bad" : "" }, line.spans.map((span, at) => h("span", { key: at, class: span.style || false }, span.text)), h("br", {}))));

export const log = async ({ execution, stage, action }) => {
  if (!action) return [h("p", {}, "Choose an action above to read its log.")];
  const told = [h("h3", { key: "title" }, `${stage} · ${action.name}: ${action.decision || action.waits || word(action.status)}`)];
  if (action.decision) return [...told, decided(action)];
  const address = `executions/${execution}/runs/${action.run}`;
  const said = action.run && action.category !== "Approval" ? await lines(address, action.run) : null;
  const failing = action.status === "Failed" ? said?.failure : null;
  if (action.error) told.push(cause(action, said, failing));
  if (action.summary && !action.error) told.push(h("p", { key: "summary" }, action.summary));
  if (!said) return told;
  if (said.phases.length) told.push(phases(said.phases));
  if (said.note) told.push(h("p", { key: "note", class: "dim" }, said.note));
  if (said.lines.length) {
    told.push(h("p", { key: "download" }, h("a", { href: `api/${address}/log.txt`, download: "" }, "Download the full log")));
    told.push(h("div", { key: action.run }, written(said, failing, `Log of ${stage} · ${action.name}`)));
  }
  return told;
};

// Changes and resources are read per stage that deploys stacks.
const perStage = async ({ overview }, path, draw) => {
  const told = [];
  for (const stage of overview.stages.filter(({ deploys }) => deploys)) {
    told.push(h("h3", { key: `title ${stage.name}` }, stage.name), h("div", { key: stage.name, class: "panel" }, draw(await read(path(encodeURIComponent(stage.name))))));
  }
  return told.length ? told : [h("p", {}, "No stage of this pipeline deploys a stack.")];
};

export const changes = (view) => perStage(view, (stage) => `executions/${view.execution}/stages/${stage}/changes`, (list) => stacks(list));
export const resources = (view) => perStage(view, (stage) => `stages/${stage}/resources`, held);

const found = (title, list, reason) => h("section", { key: title, class: "card", "aria-label": title },
  h("details", { key: "list", open: title.startsWith("Open") && list.length ? "" : false }, h("summary", {}, `${title}: ${list.length}`),
    h("ul", { class: "rows" }, list.map((each, place) => h("li", { key: place }, h("span", { class: "kind" }, each.severity), h("span", {}, h("code", {}, each.rule), ` ${each.description} `, h("span", { class: "dim" }, each.where.join(", ")), reason && each.reason ? h("span", {}, h("br", {}), `Reason: ${each.reason}`) : ""))))));

export const findings = async ({ execution }) => {
  const told = await read(`executions/${execution}/findings`);
  if (told.note) return [h("p", { key: "note" }, told.note)];
  return [h("p", { key: "from", class: "dim" }, `From the synth's report in ${told.artifact}.`), found("Open findings", told.open), found("Suppressed findings", told.accepted, true), found("Warnings of the CDK", told.advice)];
};

export const past = async ({ choose, execution }) => {
  const told = await read("history");
  const cell = (one, stage) => {
    const passage = one.passages.find((each) => each.stage === stage);
    const text = passage ? `${word(passage.status)}${passage.seconds === null ? "" : `, ${took(passage.seconds)}`}` : "not reached";
    return h("td", { key: stage, role: "cell", "data-label": stage }, h("span", { class: `word ${passage?.status ?? ""}` }, text));
  };
  return [h("table", { key: "past", role: "table", "aria-label": "Past executions, newest first" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["Execution", ...told.stages].map((name) => h("th", { key: name, role: "columnheader", scope: "col" }, name)))),
    h("tbody", { role: "rowgroup" }, told.executions.map((one) => h("tr", { key: one.execution.id, role: "row" },
      h("th", { role: "rowheader", scope: "row" }, first(one.execution.message) || short(one.execution.id), h("br", {}),
        h("span", { class: "word" }, `${word(one.execution.status)} · ${clock(one.execution.started)} `),
        h("button", { type: "button", onclick: () => choose(one.execution.id), "aria-pressed": String(one.execution.id === execution), "aria-label": `Show execution ${short(one.execution.id)}` }, short(one.execution.id))),
      told.stages.map((stage) => cell(one, stage))))))];
};
