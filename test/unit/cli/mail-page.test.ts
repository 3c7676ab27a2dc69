import { describe, expect, test } from '@jest/globals';
import { mailPage, mailText } from '../../../cli/start/mail-page.ts';

describe('a caught mail', () => {
  test('is read with its encodings undone', () => {
    const raw = [
      'Subject: =?UTF-8?Q?Avviso=3A_luned=C3=AC?=',
      ' =?UTF-8?Q?_mattina?=',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Entro: luned=C3=AC 5 ottobre, =',
      'alle 18',
      '',
    ].join('\r\n');
    expect(mailText(raw)).toEqual({
      headers: { subject: 'Avviso: lunedì mattina', 'content-transfer-encoding': 'quoted-printable' },
      text: 'Entro: lunedì 5 ottobre, alle 18\n',
    });
    const encoded = `Content-Transfer-Encoding: base64\r\n\r\n${Buffer.from('però').toString('base64')}`;
    expect(mailText(encoded).text).toBe('però');
    expect(mailText('Subject: only a head')).toEqual({ headers: { subject: 'only a head' }, text: '' });
  });

  test('is shown, never run', () => {
    const page = mailPage([{ at: 0, to: ['a@example.org'], subject: '<script>', text: '"&\'' }]);
    expect(page).not.toContain('<script>');
    expect(page).toContain('&#60;script&#62;');
    expect(mailPage([])).toContain('Nothing yet');
  });
});
