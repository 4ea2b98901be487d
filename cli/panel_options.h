#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/line_options.h"
#include "cli/meter_options.h"
#include "cli/options.h"
#include "simulator/faults/fault.h"
#include "simulator/line/tcp_address.h"
#include "simulator/panel/panel.h"

namespace p1rig {

/// Declares --panel and --panel-token-file.
void add_panel_options(Options& options);

/// Where the panel of --panel listens, before anything else is begun; nothing without the option.
struct PanelPort {
  TcpListener listener;
  PanelOptions options;
};

/// Opens the port of --panel. Returns the exit code if something is wrong, after saying what.
int open_panel_port(const Options& options, std::optional<PanelPort>& port);

/// Makes the panel of the meter that is about to run, and says where it is.
void make_panel(const Options& options, ChosenMeter& chosen, std::chrono::sys_seconds start,
                std::vector<FaultRequest>& faults, bool is_sealed, const OpenLines& lines,
                EventLoop& loop, PanelPort port, std::optional<Panel>& panel);

}  // namespace p1rig
