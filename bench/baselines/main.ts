// One process of a baseline: `node main.ts <baseline> <api|worker> <json>`, started by processes.ts. It says when it is ready over the IPC channel and ends
// when that channel closes, however its parent ended.
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { buildBaselineApp, type BaselineEngine } from './baseline-app.ts';
import { createFloor } from './floor.ts';
import { createNaive } from './naive.ts';
import type { BaselineConfig, BaselineName } from './processes.ts';
import { createPrototype } from './prototype.ts';
import { createStore, type BaselineStore } from './store.ts';

async function createEngine(name: BaselineName, config: BaselineConfig, store: BaselineStore): Promise<BaselineEngine> {
  if (name === 'floor') return createFloor(store);
  const connection = await Connection.connect({ address: config.temporalAddress });
  const client = new Client({ connection, namespace: config.temporalNamespace });
  if (name === 'prototype') return createPrototype(client, store, config.taskQueue);
  return createNaive(client, store, config.taskQueue);
}

async function runApi(name: BaselineName, config: BaselineConfig, store: BaselineStore): Promise<void> {
  const app = buildBaselineApp(await createEngine(name, config, store));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  process.send?.({ ready: url });
}

async function runWorker(name: BaselineName, config: BaselineConfig, store: BaselineStore): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: config.temporalAddress }),
    namespace: config.temporalNamespace,
    taskQueue: config.taskQueue,
    workflowsPath: fileURLToPath(new URL(`./${name}-workflow.ts`, import.meta.url)),
    activities: { append: store.append },
    stickyQueueScheduleToStartTimeout: '1s',
    // As many as the product's worker keeps.
    maxCachedWorkflows: 1_000,
  });
  process.send?.({ ready: '' });
  await worker.run();
}

const [, , name, part, json = '{}'] = process.argv;
process.once('disconnect', () => process.exit(0));
const config = JSON.parse(json) as BaselineConfig;
await (part === 'worker' ? runWorker : runApi)(name as BaselineName, config, createStore(config.databaseUrl));
