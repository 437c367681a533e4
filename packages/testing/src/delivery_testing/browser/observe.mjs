// Opens a page in headless Chromium and says as JSON what a person would see: node observe.mjs PAGE SEARCH FOLDER
import { launch } from "./launch.mjs";

const [, , page, search, folder] = process.argv;
const browser = await launch(folder);
const context = await browser.newContext({ viewport: { width: 1200, height: 1600 } });
const tab = await context.newPage();
const requests = [];
const errors = [];
tab.on("request", (request) => requests.push(request.url()));
tab.on("pageerror", (error) => errors.push(String(error)));
tab.on("console", (message) => errors.push(message.text()));
tab.on("dialog", (dialog) => errors.push(`dialog: ${dialog.message()}`) && dialog.dismiss());

const rows = async () => ({
  shown: await tab.locator(".row:visible").count(),
  sections: await tab.locator("section:visible h2").allTextContents(),
  count: await tab.locator("#count").textContent(),
});

await tab.goto(`file://${page}`);
const seen = { version: browser.version(), title: await tab.title(), heading: await tab.locator("h1").textContent() };
seen.whole = await rows();
seen.text = await tab.locator("body").innerText();
await tab.screenshot({ path: `${folder}/page.png`, fullPage: true });

await tab.locator("#search").fill(search);
seen.found = await rows();
seen.lines = await tab.locator(".row:visible").allInnerTexts();
await tab.locator("#search").fill("nothing has this in it");
seen.nothing = await rows();
// This build of Chromium knows no editing keys, so the field is emptied as its own cross does.
await tab.locator("#search").evaluate((field) => {
  field.value = "";
  field.dispatchEvent(new Event("input"));
});
seen.again = await rows();

await tab.locator("details summary").first().click();
seen.closed = await tab.locator("details:not([open])").count();
await tab.emulateMedia({ media: "print" });
await tab.evaluate(() => dispatchEvent(new Event("beforeprint")));
seen.printed = { closed: await tab.locator("details:not([open])").count(), search: await tab.locator(".search").isVisible() };
await tab.pdf({ path: `${folder}/page.pdf` });

seen.requests = [...requests];
seen.errors = [...errors];

// What its policy says holds: nothing that gets into the page can run or be loaded.
await tab.evaluate(() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
  document.body.insertAdjacentHTML("beforeend", '<img src="file:///x.png" onerror="window.ran = true">');
});
await tab.waitForTimeout(100);
seen.ran = await tab.evaluate(() => window.ran === true);
await browser.close();
process.stdout.write(JSON.stringify(seen));
