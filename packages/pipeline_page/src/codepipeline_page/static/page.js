// Draws the page, and refreshes it while the page is visible.

import { post, read } from "./api.js";
import { decision } from "./decision.js";
import { h, mark, render } from "./dom.js";
import { changes, findings, log, past, resources } from "./panels.js";
import { clock, first, result, short, took, word } from "./words.js";

const BUSY = 1500;
const IDLE = 5000;
const TABS = { log: ["Log", log], changes: ["Changes", changes], findings: ["Findings", findings], resources: ["Resources", resources], past: ["Past executions", past] };
const at = (id) => document.getElementById(id);
const view = { chosen: "", action: "", tab: "log", overview: null, statuses: new Map(), timer: 0, running: null, again: false, refused: "" };

const say = (text) => { at("said").textContent = text; };
const elapsed = ({ started, ended }) => (started === null ? "" : took(Math.max(0, (ended ?? Date.now() / 1000) - started)));
const asked = (action) => action.category === "Approval" && action.status === "InProgress";
const keyOf = (stage, action) => `${stage.name}/${action.name}`;
const current = () => view.overview.executions.find(({ id }) => id === view.overview.execution);
const all = () => view.overview.stages.flatMap((stage) => stage.actions.map((action) => ({ stage, action })));

const chosenAction = () => {
  const found = all();
  return found.find(({ stage, action }) => keyOf(stage, action) === view.action)
    ?? found.find(({ action }) => action.status === "Failed")
    ?? found.find(({ action }) => action.status === "InProgress" && !asked(action))
    ?? found.findLast(({ action }) => action.run && action.provider === "CodeBuild");
};

const choose = (id) => {
  view.chosen = id === view.overview?.executions[0]?.id ? "" : id;
  view.action = "";
  refresh();
};

const headline = () => {
  const { stages, approvals, execution } = view.overview;
  const found = current();
  if (!found) return execution ? `Execution ${short(execution)}` : "No execution yet";
  const approval = approvals.find((each) => each.execution === execution);
  if (approval) return `${approval.stage} is waiting for approval`;
  const failed = all().find(({ action }) => action.status === "Failed");
  if (failed?.action.decision) return `${failed.stage.name} rejected by ${failed.action.by}`;
  if (failed) return `${failed.stage.name} · ${failed.action.name} failed`;
  const running = all().find(({ action }) => action.status === "InProgress");
  if (running) return `${running.stage.name} · ${running.action.name} is running`;
  if (found.status === "Succeeded") return `Delivered to ${stages.at(-1).name}`;
  const waiting = stages.find(({ waits }) => waits.startsWith("until") || waits.startsWith("transition"));
  return waiting ? `Waiting for ${waiting.name}: ${waiting.waits}` : `The execution is ${word(found.status)}`;
};

const announce = () => {
  const told = [];
  for (const { stage, action } of all()) {
    const key = `${view.overview.execution}/${keyOf(stage, action)}`;
    const status = asked(action) ? "waiting for approval" : action.decision ? `${action.decision} by ${action.by}` : word(action.status);
    if (view.statuses.has(key) && view.statuses.get(key) !== status) told.push(`${stage.name} · ${action.name} ${status}`);
    view.statuses.set(key, status);
  }
  if (told.length) say(told.join(", "));
};

const command = async (path, body) => {
  try {
    view.refused = "";
    say(await post(path, body));
  } catch (error) {
    view.refused = error.message;
  }
  refresh();
};

const rejection = (name) => all().find(({ stage, action }) => stage.name === name && action.decision === "rejected")?.action;

const acts = () => {
  const found = current();
  if (!found) return [];
  const execution = found.id;
  const buttons = view.overview.stages.filter(({ retry }) => retry).flatMap(({ name }) => [
    h("button", { key: `retry ${name}`, type: "button", class: rejection(name) ? "" : "main", onclick: () => command("retries", { stage: name, execution, mode: "FAILED_ACTIONS" }) }, rejection(name) ? `Ask for approval of ${name} again` : `Retry failed actions of ${name}`),
    h("button", { key: `all ${name}`, type: "button", onclick: () => command("retries", { stage: name, execution, mode: "ALL_ACTIONS" }) }, `Retry all actions of ${name}`),
  ]);
  if (found.status === "InProgress") buttons.push(h("button", { key: "stop", type: "button", onclick: () => command("stops", { execution, reason: "Stopped from the page" }) }, "Stop this execution"));
  return buttons;
};

const drawStage = (stage) => {
  const waits = stage.actions.some(asked);
  const shown = chosenAction();
  return h("li", { key: stage.name, class: `stage ${stage.status}${waits ? " asked" : ""}` },
    h("h3", {}, stage.name, h("small", {}, waits ? "waiting for approval" : rejection(stage.name) ? "rejected" : word(stage.status))),
    stage.waits ? h("p", {}, stage.waits) : "",
    h("ol", { class: "actions" }, stage.actions.map((action) => h("li", { key: action.name },
      h("button", { type: "button", class: `action ${action.status}${asked(action) ? " asked" : ""}`, "aria-pressed": String(shown?.action === action), onclick: () => { view.action = keyOf(stage, action); view.tab = "log"; refresh(); } },
        mark(asked(action) ? "asked" : action.status),
        h("span", {}, action.name,
          h("small", {}, action.run ? h("span", { class: "time", "data-since": action.ended === null ? action.started : false }, elapsed(action)) : "", action.run ? ` ${action.waits || (action.decision ? `${result(action)} by ${action.by}` : word(action.status))}` : action.waits || word(action.status))))))));
};

const draw = async () => {
  const { overview } = view;
  const found = current();
  const title = headline();
  document.title = `${title} · ${overview.pipeline}`;
  render(at("pipeline"), overview.pipeline);
  render(at("headline"), title);
  render(at("about"), found ? [first(found.message), found.commit && short(found.commit), `started ${clock(found.started)}`, found.trigger].filter(Boolean).join(" · ") : "Push a commit to start one.");
  const rejected = found && all().find(({ action }) => action.decision === "rejected")?.action;
  render(at("reason"), rejected?.comment ? `“${rejected.comment}”` : "");
  render(at("acts"), ...acts());
  render(at("execution"), ...overview.executions.map((each, place) => h("option", { key: each.id, value: each.id }, `${short(each.id)} ${word(each.status)}${place ? "" : " (newest)"} ${first(each.message)}`)));
  at("execution").value = overview.execution ?? "";
  render(at("stages"), ...overview.stages.map(drawStage));
  render(at("footer"), `Pipeline version ${overview.version}${overview.mode ? `, ${overview.mode.toLowerCase()} executions` : ""}. This page uses public AWS APIs only.`);
  render(at("tabs"), ...Object.entries(TABS).map(([id, [name]]) => h("button", { key: id, type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "panel", "aria-selected": String(view.tab === id), tabindex: view.tab === id ? "0" : "-1", onclick: () => { view.tab = id; refresh(); } }, name)));
  announce();
  render(at("decisions"), ...(await Promise.all(overview.approvals.map((each) => decision(each, overview, { refresh, say })))));
  await drawPanel();
};

const drawPanel = async () => {
  const { tab, overview } = view;
  const shown = chosenAction();
  let told;
  if (!overview.execution && tab !== "resources") told = [h("p", { key: "none" }, "No execution yet.")];
  else told = await TABS[tab][1]({ execution: overview.execution, overview, choose, stage: shown?.stage.name, action: shown?.action });
  if (tab !== view.tab) return;
  const before = at("log");
  const known = at("failing");
  const followed = !before || before.scrollHeight - before.scrollTop - before.clientHeight < 40;
  at("panel").setAttribute("aria-labelledby", `tab-${tab}`);
  render(at("panel"), h("div", { key: tab, class: "panel" }, ...told));
  // A log moves to its failing line once; it opens at its end otherwise, and follows it.
  if (at("failing") && at("failing") !== known) at("log").scrollTop = Math.max(0, at("failing").offsetTop - 60);
  else if (at("log") && (followed || at("log") !== before)) at("log").scrollTop = at("log").scrollHeight;
};

const trouble = (text) => {
  at("problem").hidden = !text;
  if (at("problem").textContent !== text) at("problem").textContent = text;
};

const connection = (name) => {
  at("connection").className = `connection ${name}`;
  at("connection").textContent = { "": "live", lost: "lost", paused: "paused" }[name];
};

const look = async () => {
  try {
    const query = view.chosen ? `?execution=${encodeURIComponent(view.chosen)}` : "";
    view.overview = await read(`overview${query}`);
    await draw();
    connection("");
    trouble(view.refused);
  } catch (error) {
    connection("lost");
    trouble(error.message);
  }
};

// One refresh at a time; a request that comes meanwhile starts another one, and waits for that one.
const refresh = () => {
  if (view.running) {
    view.again = true;
    return view.running.then(() => view.running);
  }
  clearTimeout(view.timer);
  view.running = look().finally(() => {
    view.running = null;
    if (view.again) {
      view.again = false;
      refresh();
    } else if (!document.hidden) view.timer = setTimeout(refresh, busy() ? BUSY : IDLE);
  });
  return view.running;
};

const busy = () => view.overview !== null && ["InProgress", "Stopping"].includes(current()?.status);

document.addEventListener("visibilitychange", () => {
  clearTimeout(view.timer);
  if (document.hidden) connection("paused");
  else refresh();
});
at("execution").addEventListener("change", (event) => choose(event.target.value));
at("tabs").addEventListener("keydown", (event) => {
  const names = Object.keys(TABS);
  const place = names.indexOf(view.tab);
  const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: names.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  view.tab = names.at(to % names.length);
  refresh();
  at(`tab-${view.tab}`).focus();
});
setInterval(() => {
  if (document.hidden) return;
  for (const node of document.querySelectorAll("[data-since]")) node.textContent = took(Math.max(0, Date.now() / 1000 - Number(node.dataset.since)));
}, 1000);
refresh();
