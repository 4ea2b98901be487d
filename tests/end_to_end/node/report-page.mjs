// Opens an HTML report as a person does and tells, as JSON, what is seen: node report-page.mjs FILE FOLDER
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , file, folder] = process.argv;
const HANG = 240_000; // ms: only turns a hang into a failure
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
  timeout: HANG,
});
const seen = { errors: [], requests: 0 };
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('pageerror', (error) => seen.errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') seen.errors.push(message.text());
  });
  page.on('dialog', (dialog) => {
    seen.errors.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) ++seen.requests;
  });
  // The page acts when it gets to it, after the browser has confirmed a key or a click. So nothing
  // is read before what the action brings is there.
  page.setDefaultTimeout(HANG);
  const focused = (look) => page.locator(':focus').evaluate(look);
  /// Presses a key and waits until something else has the focus.
  const moveFocus = async (key) => {
    const before = await page.evaluateHandle(() => document.activeElement);
    await page.keyboard.press(key);
    await page.waitForFunction((element) => document.activeElement !== element, before);
  };
  const rows = () => page.locator('tr.case:visible').evaluateAll(
    (all) => all.map((row) => row.cells[0].firstChild.textContent));
  /// The rows that are left when a change of the filter has changed how many cells are shown.
  const rowsAfter = async (change) => {
    const before = await page.locator('#count').innerText();
    await change();
    await page.locator('#count').filter({ hasNotText: before }).waitFor();
    return rows();
  };

  await page.goto(pathToFileURL(file).href);
  seen.title = await page.title();
  seen.columns = (await page.locator('#matrix thead th').allTextContents()).slice(1);
  seen.rows = await rows();
  seen.outcomes = await page.locator('.cell').evaluateAll((all) => all.map((cell) => cell.dataset.outcome));

  await moveFocus('/');
  seen["rows with 'another'"] = await rowsAfter(() => page.keyboard.insertText('another'));
  await rowsAfter(() => page.locator('#text').fill(''));
  seen['rows of level should'] = await rowsAfter(() => page.locator('#level').selectOption('should'));
  await rowsAfter(() => page.locator('#level').selectOption(''));
  await page.locator('#chips input[value=fail]').focus();
  seen['rows without fail'] = await rowsAfter(() => page.keyboard.press('Space'));
  seen['rows again'] = await rowsAfter(() => page.keyboard.press('Space'));

  do await moveFocus('Tab'); while (!(await focused((element) => element.classList.contains('cell'))));
  await moveFocus('ArrowRight');
  seen.focus = await focused((element) => element.getAttribute('aria-label'));
  await page.keyboard.press('Enter');
  seen.story = await page.locator('tr.unfolded .story > div').innerText();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${colorScheme}.png`, fullPage: true });
  }
  await page.keyboard.press('Escape');
  await page.locator('tr.unfolded').waitFor({ state: 'detached' });
  await page.locator('details.failure summary').first().click();
  seen.failure = await page.locator('details.failure[open] > div').first().innerText();
  seen.width = await page.evaluate(() => document.documentElement.clientWidth);
  seen['scroll width'] = await page.evaluate(() => document.documentElement.scrollWidth);
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
