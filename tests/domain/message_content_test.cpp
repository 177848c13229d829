#include "domain/content/message_content.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

using Names = std::vector<std::string>;

Campaign email(std::string subject, Body body) {
    Campaign campaign;
    campaign.channel = Channel::email;
    campaign.subject = std::move(subject);
    campaign.body = std::move(body);
    return campaign;
}

Body html(std::string content) {
    return {Body::Format::html, std::move(content)};
}
Body text(std::string content) {
    return {Body::Format::text, std::move(content)};
}

MessageContent compiled(const Campaign& campaign) {
    auto content = MessageContent::compile(campaign);
    EXPECT_TRUE(content);
    return content.value_or(MessageContent{});
}

TEST(MessageContent, RendersSubjectAndHtmlBodyEachInItsWay) {
    const auto content = compiled(email("Hi {{n}}", html("<p>{{n}}</p>")));
    const auto message = content.render({{"n", "A & B\nC"}});
    ASSERT_TRUE(message);
    EXPECT_EQ(*message, (RenderedMessage{"Hi A & B C", "<p>A &amp; B\nC</p>"}));
}

TEST(MessageContent, RendersATextBodyAsHtml) {
    const auto content = compiled(email("s", text("1 < 2\n{{n}}")));
    const auto message = content.render({{"n", "<b>\nx"}});
    ASSERT_TRUE(message);
    EXPECT_EQ(message->body, "1 &lt; 2<br>&lt;b&gt;<br>x");
}

TEST(MessageContent, WithoutASubjectRendersTheBodyOnly) {
    Campaign campaign;
    campaign.channel = Channel::in_app;
    campaign.body = html("{{n}}");
    EXPECT_EQ(*compiled(campaign).render({{"n", "x"}}), (RenderedMessage{"", "x"}));
}

TEST(MessageContent, ReportsTheMistakesOfAllFieldsByName) {
    const auto in_html = MessageContent::compile(email("{{ a | upcase }}", html("x{% if %}{{")));
    ASSERT_FALSE(in_html);
    ASSERT_EQ(in_html.error().size(), 3U);
    EXPECT_EQ(in_html.error()[0].field, "subject");
    EXPECT_EQ(in_html.error()[0].offset, 0U);
    EXPECT_EQ(in_html.error()[1].field, "body_html");
    EXPECT_EQ(in_html.error()[1].offset, 1U);
    EXPECT_EQ(in_html.error()[2].offset, 9U);
    EXPECT_NE(in_html.error()[2].detail, "");

    const auto in_text = MessageContent::compile(email("fine", text("{{")));
    ASSERT_FALSE(in_text);
    ASSERT_EQ(in_text.error().size(), 1U);
    EXPECT_EQ(in_text.error()[0].field, "body_text");
}

TEST(MessageContent, NamesTheVariablesOfBothPartsOnce) {
    const auto content = compiled(email("{{b}}{{a}}", html("{{c | default: 'x'}}{{a}}{{d}}")));
    EXPECT_EQ(content.variables(), (Names{"b", "a", "c", "d"}));
    EXPECT_EQ(content.missing({{"b", "1"}}), (Names{"a", "d"}));
    EXPECT_EQ(content.missing({{"a", ""}, {"b", ""}, {"d", ""}}), Names{});
}

TEST(MessageContent, RefusesToRenderWithoutARequiredVariableAndNamesThemAll) {
    const auto message = compiled(email("{{a}}", html("{{b}}"))).render({});
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, Errc::invalid_argument);
    EXPECT_EQ(message.error().detail, "no value for: a, b");
}

TEST(MessageContent, RendersBodiesUpTo256KiB) {
    const auto content = compiled(email("s", html("x{{v}}")));
    const auto just_fits = content.render({{"v", std::string(256 * 1024 - 1, 'a')}});
    ASSERT_TRUE(just_fits);
    EXPECT_EQ(just_fits->body.size(), 256U * 1024U);
    const auto too_large = content.render({{"v", std::string(256 * 1024, 'a')}});
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().code, Errc::invalid_argument);
    EXPECT_EQ(too_large.error().detail, "the rendered body has 262145 bytes, at most 262144 are sent");
}

TEST(MessageContent, ThatIsTooLargeForEveryRecipientIsAMistake) {
    const std::string fits(256 * 1024, 'a');
    EXPECT_TRUE(MessageContent::compile(email("s", html(fits + "{{v}}"))));
    const auto content = MessageContent::compile(email("s", html(fits + "a{{v}}")));
    ASSERT_FALSE(content);
    ASSERT_EQ(content.error().size(), 1U);
    EXPECT_EQ(content.error()[0].field, "body_html");
    EXPECT_EQ(content.error()[0].detail, "the rendered body has 262145 bytes, at most 262144 are sent");
}

TEST(MessageContent, MeasuresTheBodyAsItIsSent) {
    const auto content = compiled(email("s", html("{{v}}")));
    EXPECT_TRUE(content.render({{"v", std::string(50'000, '<')}}));  // 4 bytes each
    EXPECT_FALSE(content.render({{"v", std::string(70'000, '<')}}));
}

TEST(MergedVariables, TakeTheRecipientsOverTheCampaignsOverTheContacts) {
    const Variables recipient{{"all", "r"}, {"rc", "r"}, {"empty", ""}};
    const Variables campaign{{"all", "c"}, {"rc", "c"}, {"cc", "c"}, {"empty", "c"}};
    const Variables contact{{"all", "k"}, {"cc", "k"}, {"k", "k"}};
    EXPECT_EQ(merge_variables(recipient, campaign, contact),
              (Variables{{"all", "r"}, {"rc", "r"}, {"empty", ""}, {"cc", "c"}, {"k", "k"}}));
}

}  // namespace
}  // namespace herald
