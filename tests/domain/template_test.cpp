#include "domain/content/template.hpp"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace herald {
namespace {

using Names = std::vector<std::string>;

Template parsed(std::string_view text) {
    auto result = Template::parse(text);
    EXPECT_TRUE(result) << text << ": " << (result ? "" : result.error().front().detail);
    return result.value_or(Template{});
}

std::string rendered(std::string_view text, const Variables& variables, Escaping escaping = Escaping::html) {
    const auto result = parsed(text).render(variables, escaping);
    EXPECT_TRUE(result) << text;
    return result.value_or("");
}

std::vector<TemplateMistake> mistakes(std::string_view text) {
    const auto result = Template::parse(text);
    return result ? std::vector<TemplateMistake>{} : result.error();
}

// Parsing

TEST(Template, WithoutAVariableIsItsText) {
    EXPECT_EQ(rendered("", {}), "");
    EXPECT_EQ(rendered("<p>100 % {a} }} %} | & 'x'</p>", {}), "<p>100 % {a} }} %} | & 'x'</p>");
    EXPECT_EQ(rendered("{", {}), "{");
    EXPECT_EQ(rendered("a{", {}), "a{");
    EXPECT_EQ(parsed("text").variables(), Names{});
}

TEST(Template, PutsAValueInThePlaceOfItsName) {
    const Variables ann{{"first_name", "Ann"}, {"_a.B9", "x"}};
    EXPECT_EQ(rendered("Hi {{first_name}}!", ann), "Hi Ann!");
    EXPECT_EQ(rendered("{{ first_name }}{{\n\t first_name\r\n}}", ann), "AnnAnn");
    EXPECT_EQ(rendered("{{_a.B9}}", ann), "x");
    EXPECT_EQ(rendered("}}{{first_name}}}}", ann), "}}Ann}}");
}

TEST(Template, UsesADefaultWhereTheValueIsAbsentOrEmpty) {
    for (const auto* text : {"{{ n | default: \"there\" }}", "{{n|default:'there'}}", "{{ n | default : 'there' }}"}) {
        EXPECT_EQ(rendered(text, {}), "there") << text;
        EXPECT_EQ(rendered(text, {{"n", ""}}), "there") << text;
        EXPECT_EQ(rendered(text, {{"n", "Ann"}}), "Ann") << text;
    }
    EXPECT_EQ(rendered("{{ n | default: \"\" }}", {}), "");
    EXPECT_EQ(rendered("{{ n | default: \"it's | } fine\" }}", {}, Escaping::plain), "it's | } fine");
    EXPECT_EQ(rendered("{{ n | default: 'say \"hi\"' }}", {}, Escaping::plain), "say \"hi\"");
}

TEST(Template, TakesAnEmptyValueWithoutADefaultAsPresent) {
    EXPECT_EQ(rendered("[{{n}}]", {{"n", ""}}), "[]");
}

TEST(Template, ListsItsVariablesOnceInOrder) {
    const auto both = parsed("{{b}} {{a | default: 'x'}} {{b}} {{a}} {{c | default: 'y'}}");
    EXPECT_EQ(both.variables(), (Names{"b", "a", "c"}));
    EXPECT_EQ(both.required(), (Names{"b", "a"})) << "a stands once without a default";
}

TEST(Template, NamesEveryMissingVariableOnce) {
    const auto text = parsed("{{b}} {{a}} {{b}} {{c | default: 'x'}}");
    EXPECT_EQ(text.missing({}), (Names{"b", "a"}));
    EXPECT_EQ(text.missing({{"b", ""}}), Names{"a"});
    EXPECT_EQ(text.missing({{"a", "1"}, {"b", "2"}}), Names{});
    const auto result = text.render({{"c", "x"}}, Escaping::html);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), (Names{"b", "a"}));
}

struct Bad {
    std::string text;
    std::size_t offset;
    std::string says;
};
class TemplateMistakes : public testing::TestWithParam<Bad> {};

TEST_P(TemplateMistakes, AreFoundWhereTheyAreAndNameWhatIsSupported) {
    const auto found = mistakes(GetParam().text);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].offset, GetParam().offset);
    EXPECT_NE(found[0].detail.find(GetParam().says), std::string::npos) << found[0].detail;
    EXPECT_NE(found[0].detail.find("supported are {{ name }} and {{ name | default: \"text\" }}"), std::string::npos)
        << found[0].detail;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, TemplateMistakes,
    testing::Values(Bad{"Hi {{ a | upcase }}", 3, "{{ a | upcase }}: no filter but default"},
                    Bad{"{{ a | default }}", 0, "quoted text"}, Bad{"{{ a | default: }}", 0, "quoted text"},
                    Bad{"{{ a | default: x }}", 0, "quoted text"}, Bad{"{{ a | default: \"x }}", 0, "quoted text"},
                    Bad{"{{ a | default: \"x' }}", 0, "quoted text"},
                    Bad{"{{ a | default: \"x\\n\" }}", 0, "without a backslash"},
                    Bad{"{{ a | default: 'x' | upcase }}", 0, "nothing may follow"},
                    Bad{"{{ a | default: 'x' 'y' }}", 0, "nothing may follow"}, Bad{"{{ a | }}", 0, "no filter but"},
                    Bad{"{{ a | defaults: 'x' }}", 0, "no filter but"}, Bad{"{{}}", 0, "names no variable"},
                    Bad{"{{  }}", 0, "names no variable"}, Bad{"{{ 9a }}", 0, "names no variable"},
                    Bad{"{{ .a }}", 0, "names no variable"}, Bad{"{{ é }}", 0, "names no variable"},
                    Bad{"{{ 'a' }}", 0, "names no variable"}, Bad{"{{- a -}}", 0, "names no variable"},
                    Bad{"{{ a b }}", 0, "is not understood"}, Bad{"{{ a-b }}", 0, "is not understood"},
                    Bad{"{{ a[0] }}", 0, "is not understood"}, Bad{"{{{ a }}}", 0, "names no variable"},
                    Bad{"x{{", 1, "without \"}}\""}, Bad{"x{{ a", 1, "without \"}}\""},
                    Bad{"{{ a }", 0, "without \"}}\""}, Bad{"{{ a {{ b }}", 0, "without \"}}\""},
                    Bad{"a {% if x %} b", 2, "{% if x %} is a tag"}, Bad{"{% assign", 0, "{% is a tag"},
                    Bad{"{%", 0, "{% is a tag"}));

TEST(Template, ReportsAllMistakesAtOnceInTheOrderOfTheText) {
    const auto found = mistakes("{% if a %}{{ b | upcase }}{{ ok }}{% endif %}{{ {{ fine }} {{");
    std::vector<std::size_t> offsets;
    for (const auto& mistake : found) offsets.push_back(mistake.offset);
    EXPECT_EQ(offsets, (std::vector<std::size_t>{0, 10, 34, 45, 59}));
}

TEST(Template, ReadsAHugeTextInLinearTime) {
    std::string opened;
    std::string named;
    for (int i = 0; i < 200'000; ++i) {
        opened += i % 2 == 0 ? "{{" : "{%";
        named += "{{ v" + std::to_string(i % 50'000) + " }}";
    }
    EXPECT_EQ(mistakes(opened).size(), Template::most_mistakes);
    EXPECT_EQ(parsed(named).variables().size(), 50'000U);
    EXPECT_EQ(parsed(named).missing({{"v7", "x"}}).size(), 49'999U);
}

TEST(Template, QuotesALongTagCutBetweenTwoCharacters) {
    std::string umlauts;
    for (int i = 0; i < 40; ++i) umlauts += "ü";
    const auto found = mistakes("{{ " + umlauts + " }}");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].detail.substr(0, 3 + 56 + 3), "{{ " + umlauts.substr(0, 56) + "…");
}

// Escaping

TEST(EscapingOfHtml, MakesAValueTextAndLeavesTheTemplateAlone) {
    const Variables v{{"v", "<b a=\"1\" c='2'>&amp;</b>"}};
    EXPECT_EQ(rendered("<i title=\"'&\">{{v}}</i>", v),
              "<i title=\"'&\">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;</i>");
}

TEST(EscapingOfHtml, TreatsADefaultAsAValue) {
    EXPECT_EQ(rendered("{{ v | default: 'a < b' }}", {}), "a &lt; b");
}

TEST(EscapingOfHtml, MakesTagsInValuesInert) {
    EXPECT_EQ(rendered("{{v}}", {{"v", "{{ x }} {% y %}"}}), "&#123;&#123; x }} &#123;% y %}");
    EXPECT_EQ(rendered("{{v}}{a}", {{"v", "{"}}), "&#123;{a}") << "nor do a value and the text after it form one";
    EXPECT_EQ(rendered("{{v}}% x", {{"v", "{"}}), "&#123;% x");
    EXPECT_EQ(rendered("{{v}}{{v}}", {{"v", "{"}}), "&#123;&#123;");
}

TEST(EscapingOfHtml, LeavesLineBreaksInValuesAlone) {
    EXPECT_EQ(rendered("{{v}}", {{"v", "a\nb"}}), "a\nb");
}

TEST(EscapingOfText, EscapesTheTemplateAsWellAsTheValues) {
    EXPECT_EQ(rendered("1 < 2 & {{v}}", {{"v", "3 > \"2\""}}, Escaping::text), "1 &lt; 2 &amp; 3 &gt; &quot;2&quot;");
    EXPECT_EQ(rendered("a {b} {{v}}", {{"v", "{{ x }}"}}, Escaping::text), "a &#123;b} &#123;&#123; x }}");
}

TEST(EscapingOfText, ShowsEveryLineBreakOnce) {
    EXPECT_EQ(rendered("a\nb\r\nc\rd\n\n{{v}}", {{"v", "e\nf\r\ng"}}, Escaping::text),
              "a<br>b<br>c<br>d<br><br>e<br>f<br>g");
    EXPECT_EQ(rendered("a{{v}}\nb", {{"v", "\r"}}, Escaping::text), "a<br>b");
}

TEST(EscapingOfText, KeepsATagBrokenByALineApartFromHtml) {
    EXPECT_EQ(text_to_html("<script>\nalert('x')\n</script>\n"),
              "&lt;script&gt;<br>alert(&#39;x&#39;)<br>&lt;/script&gt;<br>");
    EXPECT_EQ(text_to_html(""), "");
    EXPECT_EQ(text_to_html("\n"), "<br>");
}

TEST(EscapingOfASubject, KeepsItOnOneLine) {
    const Variables v{{"v", "a\r\nBcc: b\nc\rd"}};
    EXPECT_EQ(rendered("Re: {{v}}", v, Escaping::plain), "Re: a Bcc: b c d");
    EXPECT_EQ(rendered("{{v}}", {{"v", "\n\n"}}, Escaping::plain), "  ");
    EXPECT_EQ(rendered("{{v}}", {{"v", "\n"}}, Escaping::plain), " ");
}

TEST(EscapingOfASubject, DoesNotEscapeForHtml) {
    EXPECT_EQ(rendered("{{v}} & <co>", {{"v", "\"A\" < 'B'"}}, Escaping::plain), "\"A\" < 'B' & <co>");
}

TEST(EscapingOfASubject, MakesTagsInert) {
    EXPECT_EQ(rendered("{{v}}", {{"v", "{{ x }} {% y %}"}}, Escaping::plain), "{ { x }} { % y %}");
    EXPECT_EQ(rendered("{{v}}", {{"v", "{{{%"}}, Escaping::plain), "{ { { %");
    EXPECT_EQ(rendered("{{v}}{a}", {{"v", "{"}}, Escaping::plain), "{ {a}");
    EXPECT_EQ(rendered("{{v}}{{v}}", {{"v", "{"}}, Escaping::plain), "{ {");
    EXPECT_EQ(rendered("{{v}}% off", {{"v", "{"}}, Escaping::plain), "{ % off");
}

// Whatever the text and the values are made of, Intercom has nothing to expand and HTML nothing to execute.
TEST(TemplateProperty, NothingRenderedHoldsATag) {
    constexpr std::array pieces{"{", "{{", "}",  "}}", "%",         "{%",  "%}",    " ",
                                "a", "\r", "\n", "|",  "default: ", "'x'", "{{a}}", "{{ b | default: '{' }}",
                                "<", "&"};
    test::SeededRandom random;
    const auto any_text = [&](std::size_t longest) {
        std::string out;
        for (auto n = random.bits() % longest; n > 0; --n) out += pieces[random.bits() % pieces.size()];
        return out;
    };
    int rendered_any = 0;
    int with_brace = 0;
    for (int i = 0; i < 40'000; ++i) {
        const auto text = any_text(8);
        const auto parsed_text = Template::parse(text);
        if (!parsed_text) {
            ASSERT_FALSE(parsed_text.error().empty()) << text;
            for (const auto& mistake : parsed_text.error()) ASSERT_LT(mistake.offset, text.size()) << text;
            continue;
        }
        const Variables variables{{"a", any_text(6)}, {"b", any_text(6)}};
        for (const auto escaping : {Escaping::html, Escaping::text, Escaping::plain}) {
            const auto result = parsed_text->render(variables, escaping);
            ASSERT_TRUE(result);
            ASSERT_EQ(result->find("{{"), std::string::npos) << text << " -> " << *result;
            ASSERT_EQ(result->find("{%"), std::string::npos) << text << " -> " << *result;
            if (escaping == Escaping::plain) {
                ASSERT_EQ(result->find_first_of("\r\n"), std::string::npos) << text << " -> " << *result;
            }
            with_brace += result->contains('{');
        }
        ++rendered_any;
    }
    EXPECT_GT(rendered_any, 5'000);
    EXPECT_GT(with_brace, 1'000);
}

}  // namespace
}  // namespace herald
