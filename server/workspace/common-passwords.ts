/** Passwords of eight and more characters that lead every list of leaked ones, lower case. */
const words = `
  password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword passwort passwords
  12345678 123456789 1234567890 12345678910 87654321 987654321 0987654321 0123456789 11223344 1122334455 112233445566
  123123123 123321123 12341234 123454321 1234567a 1234qwer 123qweasd 123qwe123 147258369 159753456 1q2w3e4r 1q2w3e4r5t
  1qaz2wsx 1qaz2wsx3edc 1qazxsw2 21436587 55555555 66666666 77777777 88888888 99999999 00000000 12121212 10203040
  a1234567 a12345678 a123456789 aa123456 aa12345678 abc12345 abc123456 abcd1234 abcdefgh abcdefghi asdfasdf asdfghjk
  asdfghjkl asdf1234 azerty123 azertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui qwertyuiop qwer1234
  qweasdzxc qweqweqwe q1w2e3r4 q1w2e3r4t5 zxcvbnm1 zxcvbnm123 zaq12wsx zaq1zaq1 iloveyou iloveyou1 iloveyou2
  ilovegod princess princess1 sunshine sunshine1 football football1 baseball baseball1 basketball superman superman1
  batman123 spiderman starwars starwars1 trustno1 whatever whatever1 welcome1 welcome123 welcome12 letmein1 letmein123
  admin123 admin1234 admin12345 administrator changeme changeme1 changeme123 secret123 default1 guest123 test1234
  test12345 testtest testing1 testing123 master123 monkey123 dragon123 shadow123 michael1 jennifer jessica1 charlie1
  jordan23 computer computer1 internet internet1 corvette mercedes maverick midnight nicholas danielle victoria
  christian elizabeth alexander alexandra benjamin samantha stephanie patricia veronica jonathan margaret scorpion
  pokemon1 pokemon123 minecraft fortnite liverpool liverpool1 chelsea1 arsenal1 manchester barcelona realmadrid juventus
  chocolate chocolate1 butterfly butterfly1 blink182 babygirl babygirl1 godzilla hello123 hello1234 helloworld hunter12
  freedom1 flower123 lovelove loveyou1 lovely123 money123 mustang1 nirvana1 november december september qazwsxedc
  qazwsx123 rockstar samsung1 samsung123 security slipknot snoopy12 soccer123 sweetheart thunder1 tinkerbell trinity1
  undertaker user1234 usuario1 wordpass william1 winston1 xbox360x yankees1 zxcvbnm, heddle123 heddle1234 heddleheddle
`;

export const commonPasswords: ReadonlySet<string> = new Set(words.trim().split(/\s+/));
