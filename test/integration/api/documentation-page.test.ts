import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OpenBody } from '../../../api/schemas/case.ts';
import { createApi, type Api } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await createApi({ withWorker: false });
});
afterAll(() => api.close());

test('the page of the documentation asks for nothing that its policy of content refuses, and all it asks for is there', async () => {
  const page = await api.app.inject({ method: 'GET', url: '/api/docs' });
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  const scripts = [...page.body.matchAll(/<script\b([^>]*)>([^<]*)/g)];
  expect(scripts.length).toBeGreaterThan(1);
  expect(scripts.filter(([, attributes = '', inline = '']) => !attributes.includes('src=') || inline.trim() !== '')).toEqual([]);
  const asked = [...page.body.matchAll(/(?:src|href)="(?:\.)?([^"#]+)"/g)].map(([, path = '']) => path).filter((path) => path.includes('/static/'));
  expect(asked.length).toBeGreaterThan(3);
  for (const path of asked) {
    const { statusCode } = await api.app.inject({ method: 'GET', url: path.startsWith('/api') ? path : `/api${path}` });
    expect([path, statusCode]).toEqual([path, 200]);
  }
});

test('the example of an opening opens a case', async () => {
  const [example] = (OpenBody as { examples?: readonly object[] }).examples ?? [];
  expect(await api.post('operator', '/cases', { body: example })).toMatchObject({ status: 201, body: { status: 'awaiting_claim' } });
});

test('every body that has an example is given one it takes', async () => {
  const { paths } = api.app.swagger() as {
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: { examples?: object[] } }> } }>>;
  };
  const faulty: string[] = [];
  for (const [path, methods] of Object.entries(paths)) {
    const example = methods['post']?.requestBody?.content['application/json']?.schema.examples?.[0];
    if (example === undefined) continue;
    const url = path.replace('{caseId}', '3fa85f64-5717-4562-b3fc-2c963f66afa6');
    const { body } = await api.post(path.includes('/cases') ? 'worker' : 'admin', url, { body: example });
    if (body['code'] === 'body_invalid') faulty.push(`${path}: ${JSON.stringify(body['errors'])}`);
  }
  expect(faulty).toEqual([]);
});
