// Opens an HTML report as a person does and tells, as JSON, what is seen: node report-page.mjs FILE FOLDER
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , file, folder] = process.argv;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
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
  await page.goto(pathToFileURL(file).href);
  const rows = () => page.locator('tr.case:visible').evaluateAll(
    (all) => all.map((row) => row.cells[0].firstChild.textContent));

  seen.title = await page.title();
  seen.columns = (await page.locator('#matrix thead th').allTextContents()).slice(1);
  seen.rows = await rows();
  seen.outcomes = await page.locator('.cell').evaluateAll((all) => all.map((cell) => cell.dataset.outcome));

  await page.keyboard.press('/');
  await page.keyboard.type('another');
  seen["rows with 'another'"] = await rows();
  await page.locator('#text').fill('');
  await page.locator('#level').selectOption('should');
  seen['rows of level should'] = await rows();
  await page.locator('#level').selectOption('');
  await page.locator('#chips input[value=fail]').focus();
  await page.keyboard.press('Space');
  seen['rows without fail'] = await rows();
  await page.keyboard.press('Space');
  seen['rows again'] = await rows();

  await page.keyboard.press('Tab');
  while (!(await page.evaluate(() => document.activeElement.classList.contains('cell')))) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('ArrowRight');
  seen.focus = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  await page.keyboard.press('Enter');
  seen.story = await page.locator('tr.unfolded').innerText();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${colorScheme}.png`, fullPage: true });
  }
  await page.keyboard.press('Escape');
  seen.folded = await page.locator('tr.unfolded').count();
  await page.locator('details.failure summary').first().click();
  seen.failure = await page.locator('details.failure').first().innerText();
  seen.width = await page.evaluate(() => document.documentElement.clientWidth);
  seen['scroll width'] = await page.evaluate(() => document.documentElement.scrollWidth);
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
