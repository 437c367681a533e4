// What the tabs show. Each asks for its own data, and only while it is looked at.

import { read } from "./api.js";
import { held, stacks } from "./changes.js";
import { h } from "./dom.js";
import { clock, first, short, took, word } from "./words.js";

const BAD = /\b(error|failed|failure|denied|not authorized|traceback|✗|❌)\b/i;
const logs = new Map();

const lines = async (execution, run) => {
  const known = logs.get(run) ?? { lines: [], next: "", phases: [], note: "" };
  for (let more = true; more; ) {
    const part = await read(`executions/${execution}/runs/${run}/log${known.next ? `?after=${encodeURIComponent(known.next)}` : ""}`);
    known.lines.push(...part.lines);
    more = part.more && part.next !== known.next;
    known.next = part.next || known.next;
    known.phases = part.phases.length ? part.phases : known.phases;
    known.note = known.lines.length ? "" : part.note;
  }
  logs.set(run, known);
  return known;
};

export const log = async ({ execution, stage, action }) => {
  if (!action) return [h("p", {}, "Choose an action above to read what it says.")];
  const title = h("h3", { key: "title" }, `${stage} · ${action.name}: ${action.waits || word(action.status)}`);
  const told = [title];
  if (action.error) told.push(h("p", { key: "cause", class: "cause" }, h("strong", {}, "Cause: "), action.error));
  if (action.summary && !action.error) told.push(h("p", { key: "summary" }, action.summary));
  if (!action.run) return told;
  const said = await lines(execution, action.run);
  if (said.phases.length) told.push(h("ol", { key: "phases", class: "phases", "aria-label": "Phases of the build" }, said.phases.map((each) => h("li", { key: each.name, class: each.status === "FAILED" ? "wrong" : "dim" }, `${each.name.toLowerCase().replaceAll("_", " ")} ${each.seconds === null ? "…" : took(each.seconds)}${each.status === "FAILED" ? " failed" : ""}`))));
  if (said.note) told.push(h("p", { key: "note", class: "dim" }, said.note));
  if (said.lines.length) told.push(h("div", { key: action.run, class: "log", id: "log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": `Log of ${stage} · ${action.name}` }, said.lines.map((line, place) => h("code", { key: place }, h("span", { class: BAD.test(line.text) ? "bad" : "" }, line.text), h("br", {})))));
  return told;
};

export const changes = async ({ execution, overview }) => {
  const told = [];
  for (const stage of overview.stages.filter(({ deploys }) => deploys)) {
    told.push(h("h3", { key: `title ${stage.name}` }, stage.name), h("div", { key: stage.name, class: "panel" }, stacks(await read(`executions/${execution}/stages/${encodeURIComponent(stage.name)}/changes`))));
  }
  return told.length ? told : [h("p", {}, "No stage of this pipeline deploys a stack.")];
};

export const resources = async ({ overview }) => {
  const told = [];
  for (const stage of overview.stages.filter(({ deploys }) => deploys)) {
    told.push(h("h3", { key: `title ${stage.name}` }, stage.name), h("div", { key: stage.name, class: "panel" }, held(await read(`stages/${encodeURIComponent(stage.name)}/resources`))));
  }
  return told;
};

const found = (title, list, reason) => h("section", { key: title, class: "card", "aria-label": title },
  h("details", { key: "list", open: title.startsWith("Open") && list.length ? "" : false }, h("summary", {}, `${title}: ${list.length}`),
    h("ul", { class: "rows" }, list.map((each, place) => h("li", { key: place }, h("span", { class: "kind" }, each.severity), h("span", {}, h("code", {}, each.rule), ` ${each.description} `, h("span", { class: "dim" }, each.where.join(", ")), reason && each.reason ? h("span", {}, h("br", {}), `Accepted: ${each.reason}`) : ""))))));

export const findings = async ({ execution }) => {
  const told = await read(`executions/${execution}/findings`);
  if (told.note) return [h("p", { key: "note" }, told.note)];
  return [h("p", { key: "from", class: "dim" }, `From the synth's report in ${told.artifact}.`), found("Open findings", told.open), found("Accepted, with evidence", told.accepted, true), found("The CDK's own warnings", told.advice)];
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
        h("button", { type: "button", onclick: () => choose(one.execution.id), "aria-pressed": String(one.execution.id === execution), "aria-label": `Look at execution ${short(one.execution.id)}` }, short(one.execution.id))),
      told.stages.map((stage) => cell(one, stage))))))];
};
