#include "service/docs/page.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include "service/docs/markdown.hpp"
#include "service/docs/schema.hpp"

namespace herald::docs {
namespace {

constexpr std::array verbs{"get", "post", "put", "patch", "delete"};

std::string text(const YAML::Node& node, const char* key) {
    return node[key] ? node[key].as<std::string>() : std::string();
}

class Page {
 public:
    explicit Page(std::string_view openapi) : root_(YAML::Load(std::string(openapi))) {}

    std::string html(std::string_view style) {
        const auto info = root_["info"];
        const auto title = fmt::format("{} {}", text(info, "title"), text(info, "version"));
        std::string out = fmt::format(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{0}</title>"
            "<style>{1}</style></head><body>\n<nav><h2>{0}</h2>{2}</nav>\n<main><h1>{0}</h1>\n"
            "<p>The contract that this page shows: <a href=\"/openapi.yaml\">openapi.yaml</a></p>\n{3}",
            escaped(title), style, contents(), html_of(text(info, "description")));
        for (const auto& tag : root_["tags"]) out += resource(tag);
        out += "<h2 id=\"schemas\">Schemas</h2>\n";
        for (const auto& entry : root_["components"]["schemas"]) {
            const auto name = entry.first.as<std::string>();
            out += fmt::format("<section id=\"{}\"><h3>{}</h3>\n{}</section>\n", anchor("schema", name), escaped(name),
                               schema_html(entry.second));
        }
        return out + "</main></body></html>\n";
    }

 private:
    // What the reference points to, or the node itself.
    YAML::Node resolved(const YAML::Node& node) const {
        if (!node["$ref"]) return node;
        const auto reference = text(node, "$ref");
        const auto kind = reference.substr(0, reference.rfind('/'));
        return root_["components"][kind.substr(kind.rfind('/') + 1)][name_in(reference)];
    }

    // f(path, verb, operation) for every operation of the tag.
    template <class F>
    void each_operation(const std::string& tag, F f) const {
        for (const auto& path : root_["paths"])
            for (const auto* verb : verbs)
                if (const auto operation = path.second[verb];
                    operation && operation["tags"][0].as<std::string>() == tag)
                    f(path.first.as<std::string>(), verb, operation);
    }

    std::string contents() const {
        std::string out;
        for (const auto& tag : root_["tags"]) {
            const auto name = text(tag, "name");
            out += fmt::format("<h3><a href=\"#{}\">{}</a></h3><ul>", anchor("tag", name), escaped(name));
            each_operation(name, [&](const std::string&, const char*, const YAML::Node& operation) {
                out +=
                    fmt::format("<li><a href=\"#{}\">{}</a></li>", anchor("operation", text(operation, "operationId")),
                                escaped(text(operation, "summary")));
            });
            out += "</ul>\n";
        }
        return out + "<h3><a href=\"#schemas\">Schemas</a></h3>";
    }

    std::string resource(const YAML::Node& tag) const {
        const auto name = text(tag, "name");
        auto out = fmt::format("<h2 id=\"{}\">{}</h2>\n{}", anchor("tag", name), escaped(name),
                               html_of(text(tag, "description")));
        each_operation(name, [&](const std::string& path, const char* verb, const YAML::Node& operation) {
            out += fmt::format(
                "<section id=\"{}\"><h3>{}</h3>\n<p class=\"call\"><b class=\"{}\">{}</b> <code>{}</code> "
                "<small>{}</small></p>\n",
                anchor("operation", text(operation, "operationId")), escaped(text(operation, "summary")), verb,
                upper(verb), escaped(path), escaped(text(operation, "operationId")));
            out += security(operation) + html_of(text(operation, "description")) + parameters(path, operation);
            out += request(operation) + responses(operation) + "</section>\n";
        });
        return out;
    }

    static std::string upper(std::string word) {
        std::ranges::transform(word, word.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        return word;
    }

    // The schemes, one of which a call needs, with their scopes; and what the document adds in words of its own.
    std::string security(const YAML::Node& operation) const {
        std::vector<std::string> needs;
        for (const auto& choice : operation["security"] ? operation["security"] : root_["security"])
            for (const auto& scheme : choice) needs.push_back(labelled(scheme.first.as<std::string>(), scheme.second));
        for (const auto& entry : operation)
            if (const auto key = entry.first.as<std::string>(); key.starts_with("x-"))
                needs.push_back(labelled(key.substr(2), entry.second));
        if (needs.empty()) return {};
        return fmt::format("<p>Needs: {}</p>\n", fmt::join(needs, " <em>or</em> "));
    }

    static std::string labelled(const std::string& label, const YAML::Node& values) {
        std::vector<std::string> shown;
        if (values.IsScalar()) shown.push_back(values.as<std::string>());
        for (const auto& value : values)
            if (value.IsScalar()) shown.push_back(value.as<std::string>());
        for (auto& value : shown) value = fmt::format("<code>{}</code>", escaped(value));
        return fmt::format("{} {}", escaped(label), fmt::join(shown, " "));
    }

    std::string parameters(const std::string& path, const YAML::Node& operation) const {
        std::string rows;
        for (const auto& list : {root_["paths"][path]["parameters"], operation["parameters"]})
            for (const auto& entry : list) {
                const auto parameter = resolved(entry);
                rows += fmt::format("<tr><td><code>{}</code>{}<td>{}<td>{}<td>{}\n", escaped(text(parameter, "name")),
                                    text(parameter, "required") == "true" ? " <small>required</small>" : "",
                                    escaped(text(parameter, "in")), type_of(parameter["schema"]),
                                    html_of(text(parameter, "description")));
            }
        if (rows.empty()) return {};
        return "<h4>Parameters</h4>\n<table><thead><tr><th>name<th>in<th>type<th>meaning</thead><tbody>\n" + rows +
               "</tbody></table>\n";
    }

    std::string request(const YAML::Node& operation) const {
        if (!operation["requestBody"]) return {};
        const auto body = resolved(operation["requestBody"]);
        return "<h4>Body</h4>\n" + html_of(text(body, "description")) + content(body["content"]);
    }

    std::string responses(const YAML::Node& operation) const {
        std::string out = "<h4>Answers</h4>\n";
        for (const auto& entry : operation["responses"]) {
            const auto status = entry.first.as<std::string>();
            const auto response = resolved(entry.second);
            std::vector<std::string> headers;
            for (const auto& header : response["headers"])
                headers.push_back(fmt::format("<code>{}</code>", escaped(header.first.as<std::string>())));
            out += fmt::format("<details{}><summary><b>{}</b> {}</summary>\n", status.starts_with('2') ? " open" : "",
                               escaped(status), inline_html(text(response, "description")));
            if (!headers.empty()) out += fmt::format("<p>Headers: {}</p>\n", fmt::join(headers, " "));
            out += content(response["content"]) + "</details>\n";
        }
        return out;
    }

    std::string content(const YAML::Node& types) const {
        std::string out;
        for (const auto& entry : types) {
            out += fmt::format("<p><code>{}</code>: {}</p>\n", escaped(entry.first.as<std::string>()),
                               type_of(entry.second["schema"]));
            if (entry.second["example"]) out += example("Example", entry.second["example"]);
            for (const auto& named : entry.second["examples"]) {
                const auto shown = resolved(named.second);
                const auto summary = text(shown, "summary");
                out += example(summary.empty() ? named.first.as<std::string>() : summary, shown["value"]);
            }
        }
        return out;
    }

    static std::string example(const std::string& summary, const YAML::Node& value) {
        const auto shown = value.IsScalar() ? value.as<std::string>() : json_of(value);
        return fmt::format("<details><summary>{}</summary><pre>{}</pre></details>\n", escaped(summary), escaped(shown));
    }

    YAML::Node root_;
};

}  // namespace

std::string page(std::string_view openapi, std::string_view style) {
    return Page(openapi).html(style);
}

}  // namespace herald::docs
