import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coalesce } from './coalesce.ts';

/** A read that answers only when told, and shows what it was asked. */
function heldRead() {
  const asked: (readonly number[])[] = [];
  const open: PromiseWithResolvers<readonly string[]>[] = [];
  const read = (questions: readonly number[]): Promise<readonly string[]> => {
    asked.push(questions);
    const answer = Promise.withResolvers<readonly string[]>();
    open.push(answer);
    return answer.promise;
  };
  const answer = (): void =>
    open.shift()?.resolve((asked.at(-1) ?? []).map((question) => `answer ${question}`));
  const fail = (): void => open.shift()?.reject(new Error('no database'));
  return { asked, read, answer, fail };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a lone question is read at once; those that come meanwhile go together, each with its own answer', async () => {
  const { asked, read, answer } = heldRead();
  const ask = coalesce(read, 10);
  const answers = Promise.all([1, 2, 3].map(ask));
  assert.deepEqual(asked, [[1]]);
  answer();
  await settle();
  assert.deepEqual(asked, [[1], [2, 3]]);
  answer();
  assert.deepEqual(await answers, ['answer 1', 'answer 2', 'answer 3']);
});

test('a read never gets more questions than its most', async () => {
  const { asked, read, answer } = heldRead();
  const ask = coalesce(read, 2);
  const answers = Promise.all([1, 2, 3, 4].map(ask));
  for (let reads = 0; reads < 3; reads++) {
    answer();
    await settle();
  }
  await answers;
  assert.deepEqual(asked, [[1], [2, 3], [4]]);
});

test('a failed read fails its own questions only, and the next is made', async () => {
  const { asked, read, answer, fail } = heldRead();
  const ask = coalesce(read, 10);
  const first = ask(1);
  const second = ask(2);
  fail();
  await assert.rejects(first, /no database/);
  await settle();
  answer();
  assert.equal(await second, 'answer 2');
  assert.deepEqual(asked, [[1], [2]]);
});
