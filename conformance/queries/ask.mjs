// Asks every question of cases.json through the official JavaScript client.
//
// usage: node ask.mjs CASES ANSWERS ACCOUNT=ENDPOINT ...
// One answer a line: the account, the case, and its rows or its error.

import { createWriteStream, readFileSync } from "node:fs";
import { CosmosClient } from "@azure/cosmos";

// Rows of a page, in turns.
const PAGES = [1000, 100, 20];
// Questions that are under way at once: answers wait for the network, not for each other.
const AT_ONCE = 4;

async function ask(container, number, question) {
  const options = { maxItemCount: PAGES[number % PAGES.length], enableScanInQuery: true };
  if (question.key) {
    options.partitionKey = question.key.length === 1 ? question.key[0] : question.key;
  }
  const spec = { query: question.query, parameters: question.parameters };
  try {
    const rows = [];
    const pages = container.items.query(spec, options);
    while (pages.hasMoreResults()) {
      rows.push(...((await pages.fetchNext()).resources ?? []));
    }
    return { rows };
  } catch (error) {
    const message = error.body?.message ?? error.message ?? String(error);
    return { error: { status: typeof error.code === "number" ? error.code : 0, message } };
  }
}

const [casesPath, answersPath, ...accounts] = process.argv.slice(2);
const { cases } = JSON.parse(readFileSync(casesPath, "utf8"));
const out = createWriteStream(answersPath);
for (const account of accounts) {
  const [name, ...rest] = account.split("=");
  const client = new CosmosClient({ endpoint: rest.join("="), key: process.env.COSMOSKEY });
  const database = client.database("cases");
  let next = 0;
  const worker = async () => {
    while (next < cases.length) {
      const number = next++;
      const question = cases[number];
      const answer = await ask(database.container(question.container), number, question);
      out.write(JSON.stringify({ account: name, case: number, ...answer }) + "\n");
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  client.dispose();
}
out.end();
