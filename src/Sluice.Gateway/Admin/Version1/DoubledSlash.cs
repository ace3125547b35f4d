using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Sluice.Gateway.Admin.Version1;

/// <summary>The manual of version 1 shows <c>https://host//user/{username}/tables</c>, so scripts have the doubled slash. It means the same here.</summary>
internal sealed class DoubledSlash(AdminOptions options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        var root = options.Version1Path;
        application.Use((context, pipeline) =>
        {
            if (context.Request.Path.Value is { } path && path.StartsWith($"{root}//user/", StringComparison.OrdinalIgnoreCase))
            {
                context.Request.Path = root + path[(root.Length + 1)..];
            }

            return pipeline(context);
        });
        next(application);
    };
}
