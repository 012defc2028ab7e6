import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebhookEndpointId } from '../domain/ids.ts';
import { EndpointRooms } from './endpoint-rooms.ts';

const id = (name: string): WebhookEndpointId => `whe_${name}` as WebhookEndpointId;

test('an endpoint earns room by quick successes, up to half of all, and loses it by one slow or failed try', () => {
  const rooms = new EndpointRooms(32);
  assert.equal(rooms.room().each, 8);
  for (let success = 0; success < 50; success++) {
    rooms.begin(id('good'));
    rooms.end(id('good'), true);
  }
  assert.equal(rooms.room().except.get(id('good')), 16);
  rooms.begin(id('good'));
  assert.equal(rooms.room().except.get(id('good')), 15);
  rooms.end(id('good'), false);
  assert.equal(rooms.room().except.get(id('good')), 1);
});

test('endpoints that struggle hold half of all places at most, however many they are', () => {
  const rooms = new EndpointRooms(8);
  const names = Array.from({ length: 10 }, (_, index) => id(`bad${index}`));
  for (const name of names) {
    rooms.begin(name);
    rooms.end(name, false);
  }
  const offered = () => [...rooms.room().except.values()].reduce((sum, free) => sum + free, 0);
  assert.equal(offered(), 4);
  for (const name of names.slice(0, 3)) rooms.begin(name);
  assert.equal(offered(), 1);
  rooms.begin(names[3] ?? id('bad3'));
  assert.equal(offered(), 0);
  rooms.end(names[0] ?? id('bad0'), true);
  assert.ok(offered() > 0);
});

test('the end of a try says whether the endpoint had no room left', () => {
  const rooms = new EndpointRooms(2);
  rooms.begin(id('one'));
  assert.equal(rooms.end(id('one'), true), true);
  const wide = new EndpointRooms(32);
  wide.begin(id('one'));
  assert.equal(wide.end(id('one'), true), false);
});
