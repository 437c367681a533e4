// Watches a delivery on its page as a person does, and says as JSON what was to be seen:
// node watch.mjs ADDRESS FOLDER reject|approve|fail COMMENT, or node watch.mjs ADDRESS FOLDER look
import { launch } from "./launch.mjs";

const [, , address, folder, what, comment] = process.argv;
const LONG = 60_000;
const browser = await launch(folder);
const seen = { headlines: [], said: [], errors: [], requests: [] };

const open = async (options) => {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, reducedMotion: "reduce", ...options });
  const tab = await context.newPage();
  tab.setDefaultTimeout(LONG);
  tab.on("pageerror", (error) => seen.errors.push(String(error)));
  tab.on("console", (message) => seen.errors.push(message.text()));
  tab.on("request", (request) => seen.requests.push(request.url()));
  await tab.goto(address);
  return tab;
};

const headline = (tab) => tab.locator("h1").textContent();

// Notes each headline and each announcement until the headline is as wanted.
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

// By the keyboard alone: from the page's top to what has the name, as many steps as that takes.
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

const answer = async (tab) => {
  await until(tab, "waits for your answer");
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
    await walkTo(tab, "Approve Prod");
  }
  await tab.keyboard.press("Enter");
  await until(tab, what === "reject" ? "failed" : "Delivered");
  if (what === "reject") seen.cause = await tab.locator(".cause").innerText();
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
    await until(tab, "waits for your answer");
    await tab.locator(".counts").waitFor();
    await tab.locator(".log, .panel p").first().waitFor();
    seen[name] = { width: await width(tab), ground: await tab.evaluate(() => getComputedStyle(document.body).backgroundColor), motion: await tab.evaluate(() => [...document.querySelectorAll(".mark")].map((mark) => getComputedStyle(mark).animationName)) };
    seen[name].cookies = (await tab.context().cookies()).map(({ httpOnly, sameSite, path }) => ({ httpOnly, sameSite, path }));
    seen[name].address = tab.url();
    if (name === "narrow") seen.tabs = await tabs(tab);
    else await tab.screenshot({ path: `${folder}/page-${name}.png`, clip: { x: 0, y: 0, width: 1200, height: 900 } });
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
  } else await answer(tab);
  Object.assign(seen, await tab.evaluate(() => window.noted));
  seen.stages = await tab.locator(".stage h3").allInnerTexts();
}
await browser.close();
process.stdout.write(JSON.stringify(seen));
