// Processor seconds that @actions/workflow-parser takes to parse and convert files, for bench_workflows: a process of its own, the
// package is never linked or shipped. Arguments: a folder with the files, how often each is read. One pass before the clock starts
// warms the compiler up.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '../tests/differential/workflow_package.mjs';

const [folder, times] = process.argv.slice(2);
const files = readdirSync(folder).sort().map((name) => ({ name, content: readFileSync(join(folder, name), 'utf8') }));

async function pass() {
  for (const file of files) {
    const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
    if (value !== undefined) await convertWorkflowTemplate(context, value);
  }
}

await pass();
const begin = process.cpuUsage();
for (let i = 0; i < Number(times); ++i) await pass();
const used = process.cpuUsage(begin);
console.log(JSON.stringify({ files: files.length * Number(times), seconds: (used.user + used.system) / 1e6, peak_megabytes: process.resourceUsage().maxRSS / 1024 }));
