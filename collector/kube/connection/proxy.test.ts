import { describe, expect, it } from 'vitest';
import { chooseProxy } from './proxy.ts';

const choose = (server: string, env: Record<string, string>): string | undefined => chooseProxy(new URL(server), env);

describe('the proxy of the environment', () => {
  it.each([
    ['https://api:6443', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://api:6443', { https_proxy: 'p:1' }, 'http://p:1'],
    ['https://api:6443', { HTTPS_PROXY: '', https_proxy: 'p:1' }, 'http://p:1'],
    ['https://api:6443', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://api', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://localhost:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
  ])('leads to %s with %j by %s', (server, env, expected) => {
    expect(choose(server, env)).toBe(expected);
  });

  it.each([
    ['https://10.0.0.1', '*', true],
    ['https://10.0.0.1', '10.0.0.0/8', true],
    ['https://11.0.0.1', '10.0.0.0/8', false],
    ['https://10.0.0.1', '10.0.0.1', true],
    ['https://10.0.0.1', '10.0.0.1:443', true],
    ['https://10.0.0.1', '10.0.0.1:6443', false],
    ['https://10.0.0.1', '10.0.0.0/99, 10.0.0.0/', false],
    ['https://[fd00::1]:6443', 'fd00::/8', true],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
    ['https://[fd00::1]:6443', '10.0.0.0/8', false],
    ['https://api.example.com', 'a, example.com', true],
    ['https://example.com', 'example.com', true],
    ['https://example.com', '.example.com', false],
    ['https://API.example.com', '.Example.com', true],
    ['https://api.example.com', '*.example.com', true],
    ['https://badexample.com', 'example.com', false],
    ['https://api', '', false],
  ])('is passed by for %s when NO_PROXY is %j: %s', (server, NO_PROXY, passed) => {
    expect(choose(server, { HTTPS_PROXY: 'http://p:1', NO_PROXY })).toBe(passed ? undefined : 'http://p:1');
  });

  it('is refused when it is not http, without its password', () => {
    expect(() => choose('https://api', { HTTPS_PROXY: 'socks5://me:pw@p:1' })).toThrow(
      "the environment's HTTPS_PROXY is socks5:: write http://HOST:PORT",
    );
  });
});
