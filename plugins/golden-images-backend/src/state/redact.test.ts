import fc from 'fast-check';
import { LONGEST_MESSAGE, redactMessage, redactUrl } from './redact';

describe('redactUrl', () => {
  it.each([
    ['https://host/a.qcow2', 'https://host/a.qcow2'],
    ['https://user:pass@host:8443/a', 'https://host:8443/a'],
    ['https://host/a?X-Amz-Signature=abc#f', 'https://host/a'],
    ['https://user@[::1]:80/a?b', 'https://[::1]:80/a'],
    ['https://user:pa/ss@host/a', 'https://host/a'],
    ['https://user:pa?ss@host/a?t=1', 'https://host/a'],
    [
      'docker://quay.io:443/os@sha256:abc',
      'docker://quay.io:443/os@sha256:abc',
    ],
    ['HTTP://u:p@host/', 'HTTP://host/'],
    ['http:///x', 'http:///x'],
    ['', ''],
  ])('%s becomes %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });
});

describe('redactMessage', () => {
  it.each([
    [
      'Get "http://bob:s3cret@host/x?token=abc": dial tcp 10.0.0.1:81: refused',
      'Get "http://host/x": dial tcp 10.0.0.1:81: refused',
    ],
    ['see https://host/a?b=c.', 'see https://host/a.'],
    ['see (https://host/a).', 'see (https://host/a).'],
    ['Authorization: Bearer abcdefghijklmnop', 'Authorization: Bearer …'],
    ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: Basic …'],
    ['token eyJhbGciOi.eyJzdWIiOiJ.c2lnbmF0dXJl is bad', 'token … is bad'],
    ['password=hunter2 secretKey: abc, next', 'password=… secretKey: …, next'],
    ['secret "s3-creds" not found', 'secret "s3-creds" not found'],
    ['one\ntwo\u0000\u001b[31mred\u202eder', 'one two  [31mred der'],
  ])('%j becomes %j', (message, redacted) => {
    expect(redactMessage(message)).toBe(redacted);
  });

  it('never grows beyond its bound, nor keeps half a character', () => {
    const long = redactMessage(`${'x'.repeat(LONGEST_MESSAGE - 2)}😀 and more`);
    expect(long).toHaveLength(LONGEST_MESSAGE - 1);
    expect(long.endsWith('x…')).toBe(true);
  });

  it('holds for any text: bounded, without control characters, stable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 6_000 }), text => {
        const once = redactMessage(text);
        expect(once.length).toBeLessThanOrEqual(LONGEST_MESSAGE);
        expect(once).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('hides the userinfo of any URL', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]{1,8}$/),
        fc.stringMatching(/^[A-Za-z][A-Za-z0-9!$&*+,;=:/?.-]{6,24}$/),
        (user, password) => {
          const secret = `${user}:${password}-zzz`;
          const text = redactMessage(`Get "https://${secret}@host/x": EOF`);
          expect(text).toBe('Get "https://host/x": EOF');
        },
      ),
    );
  });
});
