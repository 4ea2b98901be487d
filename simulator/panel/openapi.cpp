#include <nlohmann/json.hpp>
#include <string>

#include "protocol/json_text.h"
#include "simulator/panel/panel_json.h"
#include "simulator/scenario/live_scenario.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kApi = R"json({
"openapi": "3.1.0",
"info": {"title": "p1rig panel", "license": {"name": "MIT", "identifier": "MIT"},
 "description": "See and steer a meter while it runs. A run is a scenario that is being written: whatever is changed becomes a load or an event of it, at a time that is still to come."},
"servers": [{"url": "/"}],
"security": [{}, {"token": []}],
"paths": {
 "/api/v1/meter": {"get": {"operationId": "getMeter", "summary": "What the meter shows now",
  "responses": {"200": {"description": "All quantities, signed powers, devices", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Meter"}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/line": {"get": {"operationId": "getLine", "summary": "The lines, their readers, and Data Request",
  "responses": {"200": {"description": "The lines", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lines"}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/telegram": {"get": {"operationId": "getTelegram", "summary": "The telegram that was sent last, each line explained",
  "responses": {"200": {"description": "The telegram", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Telegram"}}}}, "503": {"$ref": "#/components/responses/Problem"}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/events": {
  "get": {"operationId": "getEvents", "summary": "What is planned, and what was",
   "responses": {"200": {"description": "Loads and events in the order in which they were written", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Run"}}}}, "default": {"$ref": "#/components/responses/Problem"}}},
  "post": {"operationId": "postEvents", "summary": "Add loads and events: all or none",
   "requestBody": {"required": true, "content": {"application/json": {"schema": {"oneOf": [{"$ref": "#/components/schemas/Change"}, {"type": "array", "minItems": 1, "maxItems": 100, "items": {"$ref": "#/components/schemas/Change"}}]}}}},
   "responses": {"201": {"description": "What was added", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Added"}}}}, "400": {"$ref": "#/components/responses/Problem"}, "409": {"$ref": "#/components/responses/Problem"}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/events/{id}": {"delete": {"operationId": "deleteEvent", "summary": "Take back what has not happened yet",
  "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}}],
  "responses": {"204": {"description": "It will not happen"}, "404": {"$ref": "#/components/responses/Problem"}, "409": {"$ref": "#/components/responses/Problem"}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/quantities": {"get": {"operationId": "getQuantities", "summary": "The quantities that a set event may name",
  "responses": {"200": {"description": "The quantities", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Quantity"}}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/faults": {
  "get": {"operationId": "getFaults", "summary": "The faults that there are, and those that are active",
   "responses": {"200": {"description": "Faults", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Faults"}}}}, "default": {"$ref": "#/components/responses/Problem"}}},
  "put": {"operationId": "putFaults", "summary": "From the next second on, these faults and no others",
   "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "array", "items": {"type": "string", "examples": ["crc-wrong,every=5"]}}}}},
   "responses": {"200": {"description": "What is active", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ActiveFaults"}}}}, "400": {"$ref": "#/components/responses/Problem"}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/scenario": {"get": {"operationId": "getScenario", "summary": "The run so far as a scenario file",
  "responses": {"200": {"description": "A scenario for p1rig simulate --scenario", "content": {"application/toml": {"schema": {"type": "string"}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/request": {"put": {"operationId": "putRequest", "summary": "What controls Data Request",
  "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["mode"], "additionalProperties": false, "properties": {"mode": {"enum": ["line", "on", "off"]}}}}}},
  "responses": {"200": {"description": "The event that was added", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Added"}}}}, "400": {"$ref": "#/components/responses/Problem"}, "409": {"$ref": "#/components/responses/Problem"}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/speed": {"put": {"operationId": "putSpeed", "summary": "Seconds of the meter's time per second",
  "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["speed"], "additionalProperties": false, "properties": {"speed": {"type": "number", "minimum": 0.000001, "maximum": 1000000}}}}}},
  "responses": {"200": {"description": "How the meter's time passes", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Passing"}}}}, "400": {"$ref": "#/components/responses/Problem"}, "409": {"$ref": "#/components/responses/Problem"}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/pause": {"put": {"operationId": "putPause", "summary": "Let the meter's clock stand still, or go on",
  "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["paused"], "additionalProperties": false, "properties": {"paused": {"type": "boolean"}}}}}},
  "responses": {"200": {"description": "How the meter's time passes", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Passing"}}}}, "400": {"$ref": "#/components/responses/Problem"}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/api/v1/stream": {"get": {"operationId": "getStream", "summary": "A WebSocket: telegrams, changes and line states as JSON texts, numbered by seq; one of type missed tells a slow listener what it has not got",
  "responses": {"101": {"description": "The WebSocket"}, "426": {"$ref": "#/components/responses/Problem"}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/metrics": {"get": {"operationId": "getMetrics", "summary": "For Prometheus",
  "responses": {"200": {"description": "Metrics", "content": {"text/plain": {"schema": {"type": "string"}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
 "/openapi.json": {"get": {"operationId": "getOpenapi", "summary": "This description",
  "responses": {"200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}, "default": {"$ref": "#/components/responses/Problem"}}}}
},
"components": {
 "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "The token of --panel-token-file, where the panel has one"}},
 "responses": {"Problem": {"description": "What is wrong, and where", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
 "schemas": {
  "Time": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"},
  "Problem": {"type": "object", "required": ["type", "title", "status", "detail"], "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
   "errors": {"type": "array", "items": {"type": "object", "required": ["pointer", "detail"], "properties": {"pointer": {"type": "string", "description": "JSON pointer into the body"}, "detail": {"type": "string"}, "id": {"type": "integer", "description": "The load or event of the run that it is about"}}}}}},
  "Change": {"type": "object", "required": ["kind"], "description": "A load or an event in the words of a scenario file. Without at (of a load: from) it happens at the next second.", "properties": {"kind": {"enum": []}, "at": {"type": "string"}, "from": {"type": "string"}, "until": {"type": "string"}, "name": {"type": "string"}, "csv": {"type": "string"}}},
  "Item": {"type": "object", "required": ["id", "at", "what"], "properties": {"id": {"type": "integer"}, "at": {"$ref": "#/components/schemas/Time"}, "state": {"enum": ["planned", "past"]}, "new": {"type": "boolean"}, "what": {"$ref": "#/components/schemas/Change"}}},
  "Added": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}},
  "Run": {"type": "object", "required": ["now", "items"], "properties": {"now": {"$ref": "#/components/schemas/Time"}, "items": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Item"}, {"required": ["state", "new"]}]}}}},
  "Passing": {"type": "object", "required": ["speed", "paused", "time"], "properties": {"speed": {"oneOf": [{"type": "number"}, {"const": "max"}]}, "paused": {"type": "boolean"}, "time": {"$ref": "#/components/schemas/Time"}}},
  "ActiveFaults": {"type": "object", "required": ["active"], "properties": {"active": {"type": "array", "items": {"type": "string"}}}},
  "Faults": {"type": "object", "required": ["active", "available"], "properties": {"active": {"type": "array", "items": {"type": "string"}}, "available": {"type": "array", "items": {"type": "object", "required": ["id", "summary", "unit", "amount", "sealed_only"], "properties": {"id": {"type": "string"}, "summary": {"type": "string"}, "unit": {"type": "string"}, "amount": {"type": "string"}, "sealed_only": {"type": "boolean"}}}}}},
  "Quantity": {"type": "object", "required": ["name", "unit", "obis", "settable", "meaning"], "properties": {"name": {"type": "string"}, "unit": {"type": "string"}, "obis": {"type": "array", "items": {"type": "string"}}, "settable": {"type": "boolean"}, "meaning": {"type": "string"}}},
  "Shown": {"type": "object", "required": ["name", "value", "unit", "obis", "meaning"], "properties": {"name": {"type": "string"}, "value": {"type": ["number", "string", "null"]}, "unit": {"type": "string"}, "obis": {"type": "array", "items": {"type": "string"}}, "meaning": {"type": "string"}}},
  "Device": {"type": "object", "required": ["channel", "medium", "id", "ean", "reading", "unit", "valve", "captured"], "properties": {"channel": {"type": "integer"}, "medium": {"type": "string"}, "id": {"type": "string"}, "ean": {"type": "string"}, "reading": {"type": "number"}, "unit": {"type": "string"}, "valve": {"type": "integer"}, "captured": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]}}},
  "Meter": {"type": "object", "required": ["profile", "title", "dialect", "phases", "zone", "time", "local_time", "tariff", "power_w", "quantities", "devices"], "properties": {"profile": {"type": "string"}, "title": {"type": "string"}, "dialect": {"type": "string"}, "phases": {"enum": [1, 3]}, "zone": {"type": "string"}, "time": {"$ref": "#/components/schemas/Time"}, "local_time": {"type": "string"}, "tariff": {"type": "integer"},
   "power_w": {"type": "object", "required": ["total", "l1"], "additionalProperties": false, "properties": {"total": {"type": "number"}, "l1": {"type": "number"}, "l2": {"type": "number"}, "l3": {"type": "number"}}},
   "quantities": {"type": "array", "items": {"$ref": "#/components/schemas/Shown"}}, "devices": {"type": "array", "items": {"$ref": "#/components/schemas/Device"}}}},
  "Lines": {"type": "object", "required": ["settings", "request", "speed", "paused", "telegrams", "bytes", "lateness_us", "lines"], "properties": {"settings": {"type": "string"}, "request": {"type": "object", "required": ["active", "mode", "raised_by"], "properties": {"active": {"type": "boolean"}, "mode": {"enum": ["line", "on", "off"]}, "raised_by": {"type": "array", "items": {"type": "string"}}}}, "speed": {"oneOf": [{"type": "number"}, {"const": "max"}]}, "paused": {"type": "boolean"}, "telegrams": {"type": "integer"}, "bytes": {"type": "integer"},
   "lateness_us": {"type": "object", "required": ["pieces", "p50", "p99", "max"], "properties": {"pieces": {"type": "integer"}, "p50": {"type": "number"}, "p99": {"type": "number"}, "max": {"type": "number"}}},
   "lines": {"type": "array", "items": {"type": "object", "required": ["name", "present", "request", "always_requested", "ended", "sent", "dropped", "received", "flow_control", "breaks", "note", "settings", "fits", "warning"], "properties": {"name": {"type": "string"}, "present": {"type": "boolean"}, "request": {"type": "boolean"}, "always_requested": {"type": "boolean"}, "ended": {"type": "boolean"}, "sent": {"type": "integer"}, "dropped": {"type": "integer"}, "received": {"type": "integer"}, "flow_control": {"type": "integer"}, "breaks": {"type": "integer"}, "note": {"type": "string"}, "settings": {"type": ["string", "null"]}, "fits": {"type": ["boolean", "null"]}, "warning": {"type": "string"}}}}}},
  "Telegram": {"type": "object", "required": ["time", "sealed", "text", "bytes", "lines"], "properties": {"time": {"$ref": "#/components/schemas/Time"}, "sealed": {"type": "boolean"}, "text": {"type": "string"}, "bytes": {"type": "string", "contentEncoding": "base64"}, "lines": {"type": "array", "items": {"type": "object", "required": ["text", "meaning"], "properties": {"text": {"type": "string"}, "meaning": {"type": "string"}, "obis": {"type": "string"}, "values": {"type": "array", "items": {"type": "string"}}}}}}}
 }
}
})json";

}  // namespace

std::string openapi_json(std::string_view version) {
  // Ours: json_depth.h is for what others write.
  Json api = Json::parse(kApi);
  api["info"]["version"] = version;
  Json kinds = Json::array();
  for (const std::string_view kind : live_kinds()) kinds.push_back(kind);
  api["components"]["schemas"]["Change"]["properties"]["kind"]["enum"] = std::move(kinds);
  return json_text(api);
}

}  // namespace p1rig
