// Uses the page of a panel as a person does and tells, as JSON, what is seen: node panel-page.mjs URL FOLDER
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [, , url, folder] = process.argv;
const HANG = 240_000; // ms: only turns a hang into a failure
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
  timeout: HANG,
});
const seen = { errors: [], elsewhere: [], violations: {}, widths: {} };
try {
  // axe is put into the page, whose own policy allows no foreign script.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  page.setDefaultTimeout(HANG);
  page.on('pageerror', (error) => seen.errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') seen.errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) seen.elsewhere.push(request.url());
  });
  const text = (selector) => page.locator(selector).innerText();
  const line = (code) => page.locator('#telegram td', { hasText: new RegExp(`^${code}\\(`) });

  await page.goto(url);
  await page.locator('#telegram tbody tr').first().waitFor();
  seen.title = await text('#title');
  await page.locator('#lcd-code', { hasText: /\d-\d:/ }).waitFor();
  const code = await text('#lcd-code');
  await page.locator('#lcd-code').filter({ hasNotText: code }).waitFor();
  seen['the display goes on'] = true;
  await page.locator('#power-chart svg').waitFor();

  // By keyboard alone: the slider of L1, moved to its end and back to what is wanted.
  await page.locator('#load-l1').focus();
  await page.keyboard.press('End');
  await line('1-0:21\\.7\\.0').filter({ hasText: '(12.000*kW)' }).waitFor();
  seen.load = await line('1-0:21\\.7\\.0').innerText();
  seen['what changed is marked'] = await page.locator('tr.changed').count() > 0;
  await page.locator('#events li', { hasText: 'fixed' }).first().waitFor();

  await page.locator('#fault').selectOption('crc-wrong');
  await page.locator('#fault-form button').first().press('Enter');
  await page.locator('#active-faults', { hasText: 'crc-wrong' }).waitFor();
  await page.locator('#log li', { hasText: 'faults: crc-wrong' }).first().waitFor();
  await page.locator('#no-faults').press('Enter');
  await page.locator('#active-faults', { hasText: 'No faults' }).waitFor();

  await page.locator('#message').fill('Hello');
  await page.keyboard.press('Enter');
  await page.locator('#facts dd', { hasText: 'Hello' }).waitFor();

  const failures = () => page.locator('#facts dt', { hasText: 'power failures' }).locator('+ dd').innerText();
  const before = await failures();
  await page.locator('#fail').click();
  await page.locator('#facts dt', { hasText: 'power failures' }).locator('+ dd').filter({ hasNotText: before }).waitFor();
  seen.failures = [before, await failures()].map((said) => Number.parseInt(said, 10));

  await page.locator('input[value=off]').check();
  await page.locator('#request-text', { hasText: 'not active' }).waitFor();
  seen.lamp = await page.locator('#lamp').getAttribute('aria-label');
  await page.locator('input[value=line]').check();
  await page.locator('#lamp.on').waitFor();

  for (const [name, colorScheme, width] of [['light', 'light', 1280], ['dark', 'dark', 1280], ['phone', 'light', 390]]) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
    seen.widths[name] = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run());
    seen.violations[name] = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`);
  }
  await page.locator('#pause').click();
  await page.locator('#pause[aria-pressed=true]').waitFor();
  seen.shown = await page.locator('#telegram td:first-child').allInnerTexts();
  console.log(JSON.stringify(seen));
  // The meter goes away, and comes back.
  await new Promise((resolve) => { process.stdin.once('data', resolve); });
  await page.locator('#lost:visible').waitFor();
  console.log('lost');
  await page.locator('#lost').waitFor({ state: 'hidden' });
  console.log('back');
} finally {
  await browser.close();
}
