package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenEstimateTest {
  /** What cl100k_base counts; o200k_base counts at most one more. */
  private static final Map<String, Integer> CL100K_BASE =
      Map.ofEntries(
          Map.entry(
              "The agent reads what others tried before it acts, so that nobody fails at the same"
                  + " thing twice.",
              20),
          Map.entry(
              "for (int i = 0; i < lines.size(); i++) { total += lines.get(i).length(); }", 25),
          Map.entry(
              "java.lang.IllegalStateException: Session 'a' is closed\n\tat"
                  + " dev.daybook.Session.checkOpen(Session.java:640)",
              25),
          Map.entry(
              "{\"path\":\"auth/Token.java\",\"old\":\"x == null\",\"new\":\"isAbsent(x)\","
                  + "\"count\":12}",
              24),
          Map.entry("[2025-06-01 planner-1 01JWNEY48000HHHD2PN2P8BK01]", 27),
          Map.entry("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 35),
          Map.entry("f47ac10b-58cc-4372-a567-0e02b2c3d479", 23),
          Map.entry(
              "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6"
                  + "ffAt0gunVTLw7onL",
              65),
          Map.entry("会话令牌在轮换签名密钥之后失效，刷新请求会在五分钟内失败。", 30),
          Map.entry("古い鍵をすべてのトークンが期限切れになるまで保持することにしました。", 36),
          Map.entry("모든 토큰이 만료될 때까지 이전 키를 유지하기로 결정했습니다.", 33),
          Map.entry("Мы решили хранить старые ключи, пока не истечёт срок всех токенов.", 32),
          Map.entry("Wir behalten die alten Schlüssel, bis sämtliche Token abgelaufen sind.", 21),
          Map.entry("قررنا الاحتفاظ بالمفاتيح القديمة.", 25),
          Map.entry("हस्ताक्षर कुंजियाँ बदलने के बाद सत्र टोकन का नवीनीकरण विफल रहता है।", 67),
          Map.entry("🚀🔥✅ 👩‍💻 🎉🎉 ❌ ⚠️ 🇩🇪 🧪", 35));

  @Test
  void isNeverBelowACommonTokenizerAndNotFarAbove() {
    CL100K_BASE.forEach((text, tokens) ->
        assertThat(Briefing.tokens(text)).as(text).isBetween(tokens, tokens * 5 / 2));
  }

  @Test
  void nothingTakesNothing() {
    assertThat(Briefing.tokens("")).isZero();
    assertThat(Briefing.tokens(" ")).isPositive();
  }
}
