package dev.daybook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.internal.masking.MadeUp;
import dev.daybook.internal.masking.MadeUp.Secret;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a secret and what only looks like one. */
class MaskingTest {
  private static final MadeUp MADE = new MadeUp(7);

  /** Letters and digits as a machine makes them. */
  private static final String VALUE = MADE.chars(MadeUp.ALNUM, 24);

  /** As a person chooses it. */
  private static final String WORD = "hunter" + 22;

  private static String masked(String text) {
    return Masking.standard().mask(text, kind -> {});
  }

  private static List<String> kinds(String text) {
    List<String> kinds = new ArrayList<>();
    String unused = Masking.standard().mask(text, kinds::add);
    return kinds;
  }

  private static void assertStays(String text) {
    assertThat(masked(text)).isSameAs(text);
    assertThat(kinds(text)).isEmpty();
  }

  static Stream<Secret> shapes() {
    return new MadeUp(1).tokens().values().stream();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void masksEachShapeWhereverItStands(Secret secret) {
    for (String[] around :
        new String[][] {
          {"", ""},
          {"see ", " there"},
          {"\"", "\""},
          {"{\"key\":\"", "\",\"n\":1}"},
          {"{\\\"key\\\":\\\"", "\\\"}"},
          {"line\n", "\nline"},
          {"text\\n", "\\nline"},
          {"https://example.org/?q=", "&r=1"},
          {"https://example.org/?q=%22", "%22"},
          {"(", ")"},
          {"<a>", "</a>"},
          {"KEY=", "\r\n"},
          {"\u001b[32m", "\u001b[0m"},
          {"привет ", " мир"}
        }) {
      String text = around[0] + secret.text() + around[1];
      assertThat(masked(text)).as(text).isEqualTo(around[0] + secret.masked() + around[1]);
      assertThat(kinds(text)).containsExactly(secret.kind());
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void leavesWhatIsTooShortForItsShape(Secret secret) {
    if (!secret.kind().equals("private-key") && secret.before().isEmpty()) {
      assertStays(
          "see " + secret.secret().substring(0, Math.min(12, secret.secret().length() / 3)));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void seesThroughEscapesOfJson(Secret secret) {
    if (secret.kind().equals("private-key")) {
      return;
    }
    StringBuilder escaped = new StringBuilder();
    secret.secret().chars().forEach(c -> escaped.append("\\u%04x".formatted(c)));
    String deep = escaped.toString().replace("\\", "\\\\");
    for (String written : List.of(escaped.toString(), deep)) {
      String text = "{\"a\":\"" + secret.before() + written + "\"}";
      assertThat(masked(text)).isEqualTo("{\"a\":\"" + secret.masked() + "\"}");
    }
  }

  /** Names and the secret behind them, the place of which is a %s, by kind. */
  private static final Map<String, List<String>> NAMED =
      Map.of(
          "password",
              List.of(
                  "DB_PASSWORD=%s",
                  "export DB_PASSWORD='%s'",
                  "password=%s&x=1",
                  "Server=db;User Id=sa;Password=%s;Encrypt=true",
                  "mysql --password %s -u root",
                  "mysql --password=%s -u root",
                  "[\"mysql\", \"--password\", \"%s\"]",
                  "{\"password\": \"%s\"}",
                  "{\\\"password\\\": \\\"%s\\\"}",
                  "{\\\\\\\"password\\\\\\\":\\\\\\\"%s\\\\\\\",\\\\\\\"b\\\\\\\":1}",
                  "db:\n  password: %s\n  host: x",
                  "db:\\n  password: %s\\n  host: x",
                  "<password>%s</password>",
                  "config['password'] = \"%s\"",
                  "'password' => '%s',",
                  "passwd := \"%s\"",
                  "dbPass = '%s'",
                  "let password: string = \"%s\";",
                  "curl --user admin:%s https://example.org",
                  "curl -s -u admin:%s https://example.org",
                  "curl -u 'me@example.org:%s' https://example.org",
                  "[\"curl\", \"-u\", \"admin:%s\"]",
                  "{\"command\":\"curl -u \\\"admin:%s\\\" x\"}",
                  "machine example.org login me password %s",
                  "machine example.org\n  login me\n  password %s\n",
                  "{\"text\":\"machine x\\n\\tlogin me\\n\\tpassword %s\\n\"}",
                  "DRIVER={x};SERVER=db;UID=sa;PWD=%s;",
                  "@@ -1 +1 @@\n+  password: %s\n",
                  "    11\tdb:\n    12\t  password: %s\n",
                  "    12→  password: %s",
                  "spring.datasource.password=%s",
                  "{\"command\":\"export DB_PASSWORD\\u003d%s\"}"),
          "token",
              List.of(
                  "TOKEN=%s",
                  "accessToken: \"%s\"",
                  "//registry.npmjs.org/:_authToken=%s",
                  "?access_token=%s&x=1",
                  "private-token: %s",
                  "X-Vault-Token: %s",
                  "kubectl --token %s"),
          "secret",
              List.of(
                  "client_secret=%s",
                  "\"clientSecret\":\"%s\"", "SECRET='%s'", "SECRET_KEY_BASE=%s"),
          "api-key", List.of("API_KEY=%s", "x-api-key: %s", "apiKey = \"%s\"", "api-key: '%s'"),
          "authorization",
              List.of(
                  "Authorization: Bearer %s",
                  "authorization: token %s",
                  "curl -H 'Authorization: Bearer %s' https://example.org",
                  "curl -H \\\"Authorization: Bearer %s\\\" https://example.org",
                  "{\"Authorization\": \"Bearer %s\", \"x\": 1}",
                  "{\\\"Authorization\\\":\\\"ApiKey %s\\\"}",
                  "Proxy-Authorization: Basic %s\r\nHost: x",
                  "headers[\"Authorization\"] = \"Bearer %s\"",
                  "request.header(\"Authorization\", \"Bearer %s\")",
                  "> authorization: Bearer %s\\n> accept: */*"),
          "url-password",
              List.of(
                  "https://user:%s@example.org/path",
                  "git clone https://x-access-token:%s@example.org/a/b.git",
                  "postgres://app:%s@db:5432/app?sslmode=off",
                  "redis://:%s@cache",
                  "jdbc:mysql://root:%s@localhost/db",
                  "\"https:\\/\\/user:%s@example.org\""));

  static Stream<String[]> named() {
    return new TreeMap<>(NAMED)
        .entrySet().stream()
            .flatMap(of -> of.getValue().stream().map(text -> new String[] {of.getKey(), text}));
  }

  @ParameterizedTest
  @MethodSource("named")
  void masksTheValueOfATellingNameAndNothingElse(String kind, String text) {
    List<String> values = new ArrayList<>(List.of(VALUE));
    if (kind.equals("password") || kind.equals("url-password")) {
      values.add(WORD);
      values.add("p@ss!" + 7 + "word");
    }
    for (String value : values) {
      assertThat(masked(text.replace("%s", value)))
          .isEqualTo(text.replace("%s", "[masked:" + kind + "]"));
      assertThat(kinds(text.replace("%s", value))).containsExactly(kind);
    }
  }

  @ParameterizedTest
  @MethodSource("named")
  void leavesPlaceholdersReferencesAndCodeAfterATellingName(String kind, String text) {
    for (String value :
        List.of(
            "$TOKEN",
            "${TOKEN}",
            "${{ secrets.TOKEN }}",
            "$(pass show x)",
            "{{ token }}",
            "<your token>",
            "<password>",
            "YOUR_API_KEY",
            "your-token-here",
            "example",
            "changeme",
            "xxxxxxxxxxxxxxxx",
            "****************",
            "********",
            "%s",
            "",
            "[masked:password]")) {
      assertStays(text.replace("%s", value));
    }
  }

  @Test
  void masksWhatCloudsSignAddressesWith() {
    String sig = MADE.chars(MadeUp.ALNUM, 40) + "%2F3%3D";
    String sas = "https://a.blob.core.windows.net/c?sv=2024-01-01&se=2026&sig=%s&sp=r";
    assertThat(masked(sas.replace("%s", sig))).isEqualTo(sas.replace("%s", "[masked:azure-sas]"));
    String signed = "https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=%s";
    assertThat(masked(signed.replace("%s", MADE.chars(MadeUp.HEX, 64))))
        .isEqualTo(signed.replace("%s", "[masked:signature]"));
  }

  @Test
  void namesSecretKeysOfCloudsByTheirContext() {
    String key = MADE.chars(MadeUp.BASE64, 40);
    for (String text :
        List.of(
            "aws_secret_access_key = %s",
            "AWS_SECRET_ACCESS_KEY=%s",
            "aws configure set aws_secret_access_key %s --profile p",
            "{\"SecretAccessKey\": \"%s\", \"a\": 1}",
            "secretAccessKey: '%s'")) {
      assertThat(masked(text.replace("%s", key)))
          .isEqualTo(text.replace("%s", "[masked:aws-secret-key]"));
    }
    String account = MADE.chars(MadeUp.BASE64, 86) + "==";
    String connection = "AccountName=a;AccountKey=%s;EndpointSuffix=core.windows.net";
    assertThat(masked(connection.replace("%s", account)))
        .isEqualTo(connection.replace("%s", "[masked:azure-storage-key]"));
    String service = MADE.block("PRIVATE KEY", "\\n");
    assertThat(
            masked("{\"type\":\"service_account\",\"private_key\":\"" + service + "\\n\",\"x\":1}"))
        .isEqualTo(
            "{\"type\":\"service_account\",\"private_key\":\"[masked:private-key]\\n\",\"x\":1}");
  }

  @Test
  void masksCookiesWhole() {
    String cookie = "sid=" + VALUE + "; theme=dark";
    assertThat(masked("Cookie: " + cookie + "\r\nHost: x"))
        .isEqualTo("Cookie: [masked:cookie]\r\nHost: x");
    assertThat(masked("curl -H 'Cookie: " + cookie + "' x"))
        .isEqualTo("curl -H 'Cookie: [masked:cookie]' x");
    assertThat(masked("{\"Set-Cookie\":\"" + cookie + "\"}"))
        .isEqualTo("{\"Set-Cookie\":\"[masked:cookie]\"}");
    assertThat(masked("sent Cookie: sid=${SID} got Set-Cookie: " + cookie))
        .isEqualTo("sent Cookie: sid=${SID} got Set-Cookie: [masked:cookie]");
    for (String end : List.of("\",\"password\":\"\"}", "\"}", "\"\n}", "\"]")) {
      assertThat(masked("{\"k\":\"Cookie: " + cookie + "; b=" + end))
          .isEqualTo("{\"k\":\"Cookie: [masked:cookie]" + end);
    }
    assertStays("Set-Cookie: theme=dark; Path=/a/long/path/of/words");
    assertStays("cookie: cookieParser(secretOfCookies)");
  }

  @Test
  void masksAHeaderOfManyPartsToItsEnd() {
    String digest = "Authorization: Digest username=\"u\", response=\"" + VALUE + "\"";
    assertThat(masked(digest + "\nHost: x"))
        .isEqualTo("Authorization: Digest [masked:authorization]\nHost: x");
  }

  @Test
  void masksAHeaderHoweverFarFromTheBeginningOfItsLine() {
    String basic = Base64.getEncoder().encodeToString(("me:" + VALUE).getBytes(UTF_8));
    for (int chars = 8_100; chars < 8_200; chars += 5) {
      String line = "authorization: none" + " -".repeat(chars / 2) + " authorization: Basic ";
      assertThat(masked(line + basic)).isEqualTo(line + "[masked:authorization]");
    }
  }

  @Test
  void masksWhatAHeaderGivesHoweverLongItIs() {
    String token = MADE.chars(MadeUp.ALNUM, 9_000);
    for (String text :
        List.of(
            "Authorization: Bearer %s and on",
            "as Bearer %s and on", "Authorization: Negotiate %s", "Cookie: sid=%s")) {
      assertThat(masked(text.formatted(token)))
          .isEqualTo(
              text.replace("sid=%s", "[masked:cookie]").replace("%s", "[masked:authorization]"));
    }
  }

  @Test
  void masksAPrivateKeyInBase64ThatToolsHaveWrapped() {
    for (String label : List.of("", "EC ", "ENCRYPTED ", "OPENSSH ")) {
      byte[] key = (MADE.block(label + "PRIVATE KEY", "\n") + "\n").getBytes(UTF_8);
      for (String lineEnd : List.of("\n", "\r\n", "\\n", "\n    ")) {
        for (int chars : new int[] {64, 76}) {
          String packed =
              Base64.getMimeEncoder(chars, "\n".getBytes(UTF_8))
                  .encodeToString(key)
                  .replace("\n", lineEnd);
          assertThat(masked("$ base64 k" + lineEnd + packed + lineEnd + "done: 1"))
              .isEqualTo("$ base64 k" + lineEnd + "[masked:private-key]" + lineEnd + "done: 1");
        }
      }
    }
  }

  @Test
  void masksAPrivateKeyOfWhichTheEndIsCutOff() {
    String key = MADE.block("EC PRIVATE KEY", "\n");
    String cut = key.substring(0, 500);
    assertThat(masked(cut)).isEqualTo("[masked:private-key]");
    assertThat(masked("{\"a\":\"" + cut.replace("\n", "\\n") + "\",\"b\":\"c\"}"))
        .isEqualTo("{\"a\":\"[masked:private-key]\",\"b\":\"c\"}");
  }

  @Test
  void masksAPrivateKeyOfWhichTheBeginningIsCutOff() {
    for (String lineEnd : List.of("\n", "\r\n", "\\n", "\\\\n")) {
      String key = MADE.block("RSA PRIVATE KEY", lineEnd) + lineEnd;
      String cut = key.substring(key.indexOf(lineEnd, 300) + lineEnd.length());
      assertThat(masked("[1,234 characters left out]" + lineEnd + cut + "done"))
          .isEqualTo(
              "[1,234 characters left out]" + lineEnd + "[masked:private-key]" + lineEnd + "done");
      assertThat(masked(key + cut))
          .isEqualTo("[masked:private-key]" + lineEnd + "[masked:private-key]" + lineEnd);
    }
    assertStays("pem = pem.replace(\"-----END PRIVATE KEY-----\", \"\")");
    assertStays("words of prose\n...\n-----END PRIVATE KEY-----");
  }

  @Test
  void masksWhatLogsInToRegistries() {
    String both = Base64.getEncoder().encodeToString(("me:" + VALUE).getBytes(UTF_8));
    assertThat(masked("{\"auths\":{\"example.org\":{\"auth\": \"" + both + "\"}}}"))
        .isEqualTo("{\"auths\":{\"example.org\":{\"auth\": \"[masked:authorization]\"}}}");
    assertStays(
        "{\"auth\": \"" + Base64.getEncoder().encodeToString(VALUE.getBytes(UTF_8)) + "\"}");
    assertStays("{\"auth\": \"required\", \"Auth\": \"oauth2-with-pkce\"}");
  }

  @Test
  void masksAPrivateKeyInTheTextsOfAProgram() {
    String key = MADE.block("PRIVATE KEY", "\\n\" +\n    \"");
    assertThat(masked("String key = \"" + key + "\";"))
        .isEqualTo("String key = \"[masked:private-key]\";");
  }

  @Test
  void findsEverySecretOfATextAndCountsThem() {
    Map<String, Secret> all = new MadeUp(3).tokens();
    StringBuilder text = new StringBuilder();
    StringBuilder masked = new StringBuilder();
    all.values()
        .forEach(secret -> {
          text.append("some words\n").append(secret.text()).append(" and ");
          masked.append("some words\n").append(secret.masked()).append(" and ");
        });
    assertThat(masked(text.toString())).isEqualTo(masked.toString());
    assertThat(kinds(text.toString()))
        .containsExactlyElementsOf(all.values().stream().map(Secret::kind).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password = getPassword()",
        "token: String",
        "String token = request.getHeader(NAME2);",
        "token = tokens[12]",
        "foo(password=password, token=self.token2)",
        "password=os.environ[\"DB2\"]",
        "secret: process.env.SECRET2",
        "if (token == \"abc123def456\") {",
        "token !== null && token.length > 8",
        "\"password\": \"Enter your password\"",
        "\"password\": \"required\"",
        "'password' => 'required|confirmed|min:8'",
        "password: Password",
        "secretName: db-credentials-v2",
        "secret: my-secret-v2",
        "max_tokens=8192, tokens: 12345678",
        "nextPageToken: \"abc123def456\"",
        "fetch(url, {credentials: 'same-origin'})",
        "PWD=/home/user1 OLDPWD=/home/user2",
        "SECRET_FILE=/run/secrets/db1",
        "TOKEN=/run/secrets/token1",
        "token_url: https://example.org/oauth2/token1",
        "--token TOKEN   the token to use",
        "--password string   Password or token",
        "docker login --password-stdin",
        "docker run -u 100000:100000 -u app:app image",
        "date -u +%Y-%m-%dT%H:%M:%SZ",
        "rsync -u server1:backup/file12 .",
        "git push -u origin main:main2",
        "python -u tool.py; go get -u example.org/x@v1.2.3",
        "curl -u \"$USER:$PASSWORD\" -u admin:<password> -u admin:${PASSWORD}",
        "the login page, its password field; login and password verification",
        "login name password reset-now",
        "PWD=/home/user1;OLDPWD=/home/user2",
        "public_key = \"abc123def456abc1\"",
        "primaryKey: \"user_id2\", cache_key=abc123def456",
        "Authorization: required",
        "Authorization: Bearer",
        "WWW-Authenticate: Bearer realm=\"example\"",
        "headers = {\"Authorization\": f\"Bearer {token}\"}",
        "headers: { Authorization: `Bearer ${token}` }",
        "'Authorization': 'Bearer ' + token",
        "the bearer of good news; Bearer of the ring2",
        "git@github.com:org/repo.git",
        "ssh://git@example.org:22/org/repo",
        "https://example.org:8443/@scope/pkg",
        "http://[::1]:8080/a@b",
        "https://example.org/?email=a@b.example",
        "https://user:password@example.org",
        "// see user: me@example.org",
        "class sk-fading-circle-animation-of-many-words1 { }",
        "task_list_item_1 desk-lamp-12345678901234567890",
        "npm_config_registry=https://registry.example.org",
        "hf_hub_download(repo_id)",
        "import pypi-simple-package-with-a-long-name-of-many-words-and-more-words",
        "SG.Component.render",
        "AKIA",
        "MAKIAVELLI12345678901234",
        "pem.replace(\"-----BEGIN PRIVATE KEY-----\", \"\").replace(\"-----END PRIVATE KEY-----\","
            + " \"\")",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "12:30:45 10:AA 2026-11-24T09:00:00.123456Z",
        "version=1.2.3-rc.4+build.5 openjdk 21.0.2+13-LTS-58",
        "C:\\Users\\name\\AppData\\new1 \\u00e9t\\u00e9 \\/",
        "dev.daybook.internal.workspace.OpenWorkspace$ToRecord@1b2c3d4e",
        "01M86CG6AGAG2EP37552B8SD5N 550e8400-e29b-41d4-a716-446655440000",
        "type=\"password\" name=\"token\" autocomplete=\"current-password\""
      })
  void leavesWhatOnlyLooksLikeASecret(String text) {
    assertStays(text);
    assertStays("before\n" + text + "\nafter");
  }

  @Test
  void leavesHashesKeysOfThePublicAndData() {
    Random random = new Random(5);
    byte[] bytes = new byte[60_000];
    random.nextBytes(bytes);
    String base64 = Base64.getEncoder().encodeToString(bytes);
    assertStays("<img src=\"data:image/png;base64," + base64 + "\">");
    assertStays(Base64.getUrlEncoder().encodeToString(bytes));
    assertStays("ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB" + base64.substring(0, 344) + " me@example.org");
    assertStays("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + base64.substring(0, 43));
    assertStays("\"integrity\": \"sha512-" + base64.substring(0, 86) + "==\"");
    assertStays("sha256:" + MADE.chars(MadeUp.HEX, 64) + " sha1 " + MADE.chars(MadeUp.HEX, 40));
    assertStays("commit " + MADE.chars(MadeUp.HEX, 40) + "\nAuthor: A <a@example.org>");
    assertStays(
        "-----BEGIN CERTIFICATE-----\n"
            + base64.substring(0, 1_300).replaceAll("(.{64})", "$1\n")
            + "\n-----END CERTIFICATE-----");
    assertStays(
        "-----BEGIN PUBLIC KEY-----\n" + base64.substring(0, 128) + "\n-----END PUBLIC KEY-----");
    StringBuilder dump = new StringBuilder();
    for (int i = 0; i < 5_000; i += 16) {
      dump.append("%08x ".formatted(i));
      for (int j = 0; j < 16; j++) {
        dump.append(" %02x".formatted(bytes[i + j]));
      }
      dump.append("  |................|\n");
    }
    assertStays(dump.toString());
    assertStays(
        "!function(e,t){\"object\"==typeof exports?t(exports):t(e.a={})}(this,(function(e){var"
            + " t=e=>e+1,n={a:1,b:t(2)};e.token=n.a,e.password=t;for(var"
            + " r=0;r<9;r++)n[r]=t(r)}));");
  }

  @Test
  void replacesBothWhenOneMaskingFollowsAnother() {
    Masking both =
        Masking.standard()
            .and(Masking.of("acme-key", Pattern.compile("acme_[a-z]{4}")))
            .and(Masking.of("pin", Pattern.compile("pin is (\\d+)")));
    List<String> kinds = new ArrayList<>();
    String text = "TOKEN=" + VALUE + " acme_abcd pin is 4711";
    String masked = both.mask(text, kinds::add);
    assertThat(masked).isEqualTo("TOKEN=[masked:token] [masked:acme-key] pin is [masked:pin]");
    assertThat(kinds).containsExactly("token", "acme-key", "pin");
    assertThat(both.mask(masked, kinds::add)).isSameAs(masked);
    assertThat(Masking.none().mask(text, kinds::add)).isSameAs(text);
    Masking ahead = Masking.of("ahead", Pattern.compile("(?=(\\d\\d))"));
    assertThat(ahead.mask("a1234", kinds::add)).isEqualTo("a[masked:ahead][masked:ahead]");
  }

  @Test
  void refusesAKindThatCannotStandInAReplacement() {
    assertThatThrownBy(() -> Masking.of("a kind", Pattern.compile("x")))
        .hasMessageContaining("'a kind' cannot be a kind of secret");
    assertThat(Masking.replacement("acme")).isEqualTo("[masked:acme]");
  }
}
