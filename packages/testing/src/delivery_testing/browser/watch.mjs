// Watches a delivery on its page as a person does, and prints as JSON what was visible:
// node watch.mjs ADDRESS FOLDER reject|approve|confirm COMMENT, or node watch.mjs ADDRESS FOLDER look|fail
import { readFileSync } from "node:fs";
import { launch } from "./launch.mjs";

const [, , address, folder, what, comment] = process.argv;
const LONG = 60_000;
const browser = await launch(folder);
const seen = { headlines: [], said: [], errors: [], requests: [], posts: [] };

const open = async (options) => {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, reducedMotion: "reduce", ...options });
  const tab = await context.newPage();
  tab.setDefaultTimeout(LONG);
  tab.on("pageerror", (error) => seen.errors.push(String(error)));
  tab.on("console", (message) => seen.errors.push(message.text()));
  tab.on("request", (request) => {
    seen.requests.push(request.url());
    if (request.method() === "POST") seen.posts.push(request.url().split("/").at(-1));
  });
  await tab.goto(address);
  return tab;
};

const headline = (tab) => tab.locator("h1").textContent();

// Records each headline and each announcement until the headline matches.
const until = async (tab, wanted) => {
  await tab.evaluate(() => {
    if (window.noted) return;
    window.noted = { headlines: [document.querySelector("h1").textContent], said: [] };
    const note = (selector, list) => new MutationObserver(() => list.push(document.querySelector(selector).textContent)).observe(document.querySelector(selector), { childList: true, characterData: true, subtree: true });
    note("h1", window.noted.headlines);
    note("#said", window.noted.said);
  });
  await tab.waitForFunction((text) => new RegExp(text).test(document.querySelector("h1").textContent), wanted, { timeout: LONG });
};

// Moves focus with the Tab key only, until an element has the name.
const walkTo = async (tab, name) => {
  for (let steps = 0; steps < 80; steps += 1) {
    await tab.keyboard.press("Tab");
    const there = await tab.evaluate(() => {
      const node = document.activeElement;
      return { name: node.getAttribute("aria-label") ?? (node.labels?.[0]?.textContent || node.textContent).trim(), outline: getComputedStyle(node).outlineStyle };
    });
    if (there.name === name) return there.outline;
  }
  throw new Error(`nothing called ${name} can be reached by the keyboard`);
};

const name = (tab) => tab.evaluate(() => document.activeElement.textContent.trim());

// Prose words that are broken between two letters, at the tab's width. Code may break anywhere.
const broken = (tab) => tab.evaluate(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("code, option, script, .unseen, [hidden]")) continue;
    for (const { 0: word, index } of node.data.matchAll(/[A-Za-z]{2,24}/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(word);
    }
  }
  return found;
});

// Takes a picture of the whole page at both widths, and returns what is wrong with its layout.
const pictured = async (tab, title) => {
  const layout = {};
  for (const width of [400, 1280]) {
    await tab.setViewportSize({ width, height: 900 });
    await tab.waitForTimeout(200);
    layout[width] = { overflow: await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth), broken: await broken(tab) };
    await tab.screenshot({ path: `${folder}/${title}-${width}.png`, fullPage: true });
  }
  return layout;
};

// A loss takes two steps: the first names it and sends nothing, Escape goes back, the second approves.
const confirm = async (tab) => {
  const approve = "Approve Prod …";
  await walkTo(tab, approve);
  await tab.keyboard.press("Enter");
  await tab.locator(".confirmation").waitFor();
  await tab.waitForFunction(() => document.activeElement.id.startsWith("confirm-title"));
  seen.sent = [...seen.posts];
  seen.losses = await tab.locator(".confirmation").innerText();
  seen.focused = [await name(tab)];
  seen.layout = await pictured(tab, "confirmation");
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Escape");
  await tab.locator(".confirmation").waitFor({ state: "detached" });
  await tab.waitForFunction((text) => document.activeElement.textContent.trim() === text, approve);
  seen.focused.push(await name(tab));
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => document.activeElement.id.startsWith("confirm-title"));
  // Enter on the title, where the focus is, confirms nothing.
  await tab.keyboard.press("Enter");
  seen.sent.push(...seen.posts);
  seen.outline = await walkTo(tab, "Confirm and approve Prod");
};

const answer = async (tab) => {
  await until(tab, "is waiting for approval");
  await tab.locator(".counts").waitFor();
  seen.preview = await tab.locator(".decision").innerText();
  if (what === "reject") {
    // The first attempt has no comment, and is not sent.
    seen.outline = await walkTo(tab, "Reject Prod");
    await tab.keyboard.press("Enter");
    await tab.locator(".decision .wrong").waitFor();
    seen.refused = await tab.locator(".decision .wrong").textContent();
    await tab.waitForFunction(() => document.activeElement.name === "comment");
    seen.focused = await tab.evaluate(() => document.activeElement.name);
    await tab.keyboard.insertText(comment);
    // What was typed, and where, survives what the page draws meanwhile.
    // The page asks again once it has drawn what it got.
    for (let looks = 0; looks < 2; looks += 1) await tab.waitForResponse((response) => response.url().includes("api/overview"));
    seen.kept = await tab.evaluate(() => [document.activeElement.name, document.activeElement.value]);
    await walkTo(tab, "Reject Prod");
  } else {
    await walkTo(tab, "Comment");
    await tab.keyboard.insertText(comment);
    if (what === "confirm") await confirm(tab);
    else await walkTo(tab, "Approve Prod");
  }
  await tab.keyboard.press("Enter");
  await until(tab, what === "reject" ? "rejected" : "Delivered");
  if (what === "reject") {
    seen.cause = await tab.locator(".cause").innerText();
    seen.reason = await tab.locator("#reason").innerText();
    seen.focus = await tab.evaluate(() => [document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle, getComputedStyle(document.getElementById("main")).outlineStyle]);
    seen.acts = await tab.locator("#acts button").evaluateAll((nodes) => nodes.map((node) => [node.textContent, node.classList.contains("main")]));
    seen.layout = await pictured(tab, "rejection");
  } else seen.decided = await tab.locator(".stage").last().innerText();
};

const width = (tab) => tab.evaluate(() => document.documentElement.scrollWidth);
const tabs = async (tab) => {
  const told = {};
  await tab.locator("#tab-log").focus();
  for (const name of ["changes", "findings", "resources", "past"]) {
    await tab.keyboard.press("ArrowRight");
    await tab.locator(`#panel[aria-labelledby="tab-${name}"] > .panel > *`).first().waitFor();
    told[name] = await tab.locator("#panel").innerText();
    told[`${name} focus`] = await tab.evaluate(() => document.activeElement.id);
    told[`${name} width`] = await width(tab);
  }
  return told;
};

if (what === "look") {
  for (const [name, options] of Object.entries({ light: { colorScheme: "light" }, dark: { colorScheme: "dark" }, narrow: { viewport: { width: 320, height: 700 } } })) {
    const tab = await open(options);
    await until(tab, "is waiting for approval");
    await tab.locator(".counts").waitFor();
    await tab.locator(".log, .panel p").first().waitFor();
    seen[name] = { width: await width(tab), ground: await tab.evaluate(() => getComputedStyle(document.body).backgroundColor), motion: await tab.evaluate(() => [...document.querySelectorAll(".mark")].map((mark) => getComputedStyle(mark).animationName)) };
    seen[name].cookies = (await tab.context().cookies()).map(({ httpOnly, sameSite, path }) => ({ httpOnly, sameSite, path }));
    seen[name].address = tab.url();
    if (name === "narrow") seen.tabs = await tabs(tab);
    else if (name === "light") seen.layout = await pictured(tab, "approval");
    if (name !== "narrow") await tab.setViewportSize({ width: 1200, height: 900 });
    if (name !== "narrow") await tab.screenshot({ path: `${folder}/page-${name}.png`, clip: { x: 0, y: 0, width: 1200, height: 900 } });
    if (name === "light") {
      seen.tree = await tab.locator("body").ariaSnapshot();
      const nameless = () => [...document.querySelectorAll("button, a, select, textarea, [role=tab], [role=tabpanel], [tabindex='0']")].filter((node) => !(node.textContent.trim() || node.labels?.length || node.getAttribute("aria-label") || node.getAttribute("aria-labelledby"))).map((node) => node.outerHTML);
      seen.nameless = await tab.evaluate(nameless);
      await tab.evaluate(() => { document.body.insertAdjacentElement("beforeend", Object.assign(document.createElement("p"), { id: "mine" })); });
      seen.guarded = await tab.evaluate(() => { try { document.getElementById("mine").innerHTML = "<img src=x>"; return "drawn"; } catch (error) { return error.name; } });
      seen.errors = seen.errors.filter((text) => !text.includes("TrustedHTML"));
    }
    await tab.context().close();
  }
} else {
  const tab = await open({});
  if (what === "fail") {
    await until(tab, "failed");
    await tab.locator(".cause").waitFor();
    await tab.locator(".log .bad").first().waitFor();
    seen.cause = await tab.locator(".cause").innerText();
    seen.log = await tab.locator(".log").innerText();
    seen.retry = await tab.locator("#acts button").allTextContents();
    seen.colored = await tab.locator(".log .ansi-red").evaluateAll((nodes) => nodes.map((node) => [node.textContent, getComputedStyle(node).color !== getComputedStyle(document.body).color]));
    // The failing line is visible in the log without scrolling.
    seen.visible = await tab.evaluate(() => {
      const line = document.getElementById("failing").getBoundingClientRect();
      const log = document.getElementById("log").getBoundingClientRect();
      return [document.getElementById("failing").textContent, line.top >= log.top && line.bottom <= log.bottom];
    });
    const download = tab.waitForEvent("download");
    await walkTo(tab, "Download the full log");
    await tab.keyboard.press("Enter");
    const file = await download;
    seen.download = [file.suggestedFilename(), readFileSync(await file.path(), "utf8")];
    seen.layout = await pictured(tab, "failure");
  } else await answer(tab);
  Object.assign(seen, await tab.evaluate(() => window.noted));
  seen.stages = await tab.locator(".stage h3").allInnerTexts();
}
await browser.close();
process.stdout.write(JSON.stringify(seen));
