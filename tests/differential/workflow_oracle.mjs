// The oracle process: reads `{"name","content"}` lines from standard input, writes what @actions/workflow-parser makes of each:
// `{"error"}` or `{"jobs":[{"id","needs","if"}]}`. The package stays in this process: nothing of it is linked into muster or shipped.
import { createInterface } from 'node:readline';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from './workflow_package.mjs';

const { TemplateContext, TemplateValidationErrors } = await import('@actions/workflow-parser/templates/template-context');
const { getWorkflowSchema } = await import('@actions/workflow-parser/workflows/workflow-schema');
const { FeatureFlags } = await import('@actions/expressions/features');

const featureFlags = new FeatureFlags({ all: true });

/** The place where a workflow file is named `on` strictly, as the server reads it. */
async function read({ name, content }) {
  const context = new TemplateContext(new TemplateValidationErrors(), getWorkflowSchema(), new NoOperationTraceWriter());
  context.state.featureFlags = featureFlags;
  const result = parseWorkflow({ name, content }, context);
  if (result.value === undefined) {
    return { error: context.errors.getErrors().map((one) => one.message).join('; ') || 'no value' };
  }
  const template = await convertWorkflowTemplate(context, result.value, undefined, { featureFlags });
  const errors = context.errors.getErrors();
  if (errors.length > 0) {
    return { error: errors.map((one) => one.message).join('; ') };
  }
  return {
    jobs: template.jobs.map((job) => ({
      id: job.id.value,
      needs: (job.needs ?? []).map((need) => need.value),
      if: job.if.expression,
      steps: (job.steps ?? []).map((step) => step.if?.expression ?? null),
    })),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await read(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error.message) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
